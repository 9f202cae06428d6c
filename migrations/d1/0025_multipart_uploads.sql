ALTER TABLE `upload_session` ADD `multipart_id` text;--> statement-breakpoint
ALTER TABLE `upload_session` ADD `part_size` integer;