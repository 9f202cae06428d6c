DROP INDEX `upload_session_expires`;--> statement-breakpoint
CREATE INDEX `upload_session_expires` ON `upload_session` (`expires_at`,`token_id`);--> statement-breakpoint
DROP INDEX `upload_token_uploading`;--> statement-breakpoint
CREATE INDEX `upload_token_uploading` ON `upload_token` (`token_id`) WHERE ended_at IS NULL AND upload_id IS NOT NULL;