-- The caller who comes with ADMIN_API_KEY was called "admin" and is called "api-key:admin" now. What it owns stays its own.
UPDATE `upload_session` SET `owner` = 'api-key:admin' WHERE `owner` = 'admin';--> statement-breakpoint
UPDATE `video_post` SET `author_id` = 'api-key:admin' WHERE `author_id` = 'admin';--> statement-breakpoint
UPDATE `video_post` SET `audited_by` = 'api-key:admin' WHERE `audited_by` = 'admin';
