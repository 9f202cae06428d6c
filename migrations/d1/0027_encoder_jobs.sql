CREATE TABLE `encoder_job` (
	`job_id` text PRIMARY KEY NOT NULL,
	`video_post_id` text NOT NULL,
	`file_id` text NOT NULL,
	`slug` text NOT NULL,
	`title` text NOT NULL,
	`resource_type` text NOT NULL,
	`caller_id` text NOT NULL,
	`webhook_url` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `encoder_job_slug` ON `encoder_job` (`slug`,`job_id`);--> statement-breakpoint
CREATE INDEX `encoder_job_caller` ON `encoder_job` (`caller_id`,`job_id`);--> statement-breakpoint
CREATE INDEX `encoder_job_type` ON `encoder_job` (`resource_type`,`job_id`);--> statement-breakpoint
CREATE INDEX `encoder_job_post` ON `encoder_job` (`video_post_id`);