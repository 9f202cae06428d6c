CREATE TABLE `job_launch` (
	`launch_id` text PRIMARY KEY NOT NULL,
	`job_id` text NOT NULL,
	`runs_job_id` text NOT NULL,
	`claim_no` integer NOT NULL,
	`number` integer NOT NULL,
	`tries` integer NOT NULL,
	`state` text NOT NULL,
	`platform` text NOT NULL,
	`region` text,
	`platform_id` text,
	`cause` text,
	`reason` text,
	`exit_code` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`claim_by` integer NOT NULL,
	`next_at` integer,
	`asked_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `job_launch_number` ON `job_launch` (`job_id`,`number`);--> statement-breakpoint
CREATE INDEX `job_launch_runs` ON `job_launch` (`runs_job_id`);--> statement-breakpoint
CREATE INDEX `job_launch_open` ON `job_launch` (`state`) WHERE state IN ('STARTING','STARTED','STOPPING');--> statement-breakpoint
CREATE TABLE `launch_rate` (
	`platform` text PRIMARY KEY NOT NULL,
	`full_at` integer NOT NULL,
	`paused_until` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `video_transcode_job` ADD `launch_after` integer;