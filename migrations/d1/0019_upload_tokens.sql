CREATE TABLE `upload_token` (
	`token_id` text PRIMARY KEY NOT NULL,
	`owner` text NOT NULL,
	`max_bytes` integer NOT NULL,
	`max_duration_seconds` real,
	`cors_origin` text,
	`post_defaults` text NOT NULL,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`revoked_at` integer,
	`upload_id` text,
	`video_post_id` text,
	`post_created_at` integer,
	`ended_at` integer
);
--> statement-breakpoint
CREATE INDEX `upload_token_owner` ON `upload_token` (`owner`,`token_id`);--> statement-breakpoint
CREATE INDEX `upload_token_expiring` ON `upload_token` (`expires_at`) WHERE ended_at IS NULL;--> statement-breakpoint
CREATE INDEX `upload_token_uploading` ON `upload_token` (`upload_id`) WHERE ended_at IS NULL AND upload_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `upload_token_ended` ON `upload_token` (`ended_at`) WHERE ended_at IS NOT NULL;--> statement-breakpoint
ALTER TABLE `upload_session` ADD `token_id` text;--> statement-breakpoint
ALTER TABLE `upload_session` ADD `max_duration_seconds` real;