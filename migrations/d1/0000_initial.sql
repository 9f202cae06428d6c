CREATE TABLE `upload_session` (
	`upload_id` text PRIMARY KEY NOT NULL,
	`owner` text NOT NULL,
	`size` integer,
	`offset` integer NOT NULL,
	`temp_path` text NOT NULL,
	`state` text NOT NULL,
	`metadata` text NOT NULL,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `upload_session_expires` ON `upload_session` (`state`,`expires_at`);--> statement-breakpoint
CREATE TABLE `video_file_post` (
	`id` text PRIMARY KEY NOT NULL,
	`video_id` text NOT NULL,
	`file_index` integer NOT NULL,
	`position` integer NOT NULL,
	`upload_id` text,
	`source_url` text,
	`file_name` text NOT NULL,
	`file_size` integer,
	`duration` real,
	`transfer_result` text NOT NULL,
	`encrypt_status` text NOT NULL,
	`update_type` text DEFAULT 'HAS_UPDATE' NOT NULL,
	`file_path` text,
	`file_path_job_id` text,
	`enc_path` text,
	`enc_path_job_id` text,
	`key_version` integer,
	`fail_reason` text,
	`probe` text,
	`warnings` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `video_file_post_index` ON `video_file_post` (`video_id`,`file_index`);--> statement-breakpoint
CREATE INDEX `video_file_post_upload` ON `video_file_post` (`upload_id`);--> statement-breakpoint
CREATE INDEX `video_file_post_scan` ON `video_file_post` (`transfer_result`,`encrypt_status`,`update_type`,`video_id`);--> statement-breakpoint
CREATE TABLE `video_hls_abr_variant` (
	`file_id` text NOT NULL,
	`transcode_job_id` text NOT NULL,
	`quality` text NOT NULL,
	`alias` text NOT NULL,
	`width` integer,
	`height` integer,
	`peak_bandwidth` integer NOT NULL,
	`average_bandwidth` integer NOT NULL,
	`codecs` text NOT NULL,
	`frame_rate_numerator` integer,
	`frame_rate_denominator` integer,
	`segment_count` integer NOT NULL,
	`bytes` integer NOT NULL,
	PRIMARY KEY(`file_id`, `transcode_job_id`, `quality`)
);
--> statement-breakpoint
CREATE TABLE `video_hls_encrypt_key` (
	`key_id` text PRIMARY KEY NOT NULL,
	`file_id` text NOT NULL,
	`quality` text NOT NULL,
	`key_version` integer NOT NULL,
	`wrapped_key` text NOT NULL,
	`kek_id` text NOT NULL,
	`key_uri_template` text NOT NULL,
	`status` text NOT NULL,
	`usable_until` integer,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `video_hls_encrypt_key_version` ON `video_hls_encrypt_key` (`file_id`,`quality`,`key_version`);--> statement-breakpoint
CREATE TABLE `video_hls_key_token` (
	`token_id` text PRIMARY KEY NOT NULL,
	`file_id` text NOT NULL,
	`key_version` integer NOT NULL,
	`allowed_qualities` text NOT NULL,
	`viewer` text,
	`max_uses` integer,
	`start_before` integer NOT NULL,
	`delete_after` integer NOT NULL,
	`status` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `video_hls_key_token_delete_after` ON `video_hls_key_token` (`delete_after`);--> statement-breakpoint
CREATE TABLE `video_hls_quality_auth` (
	`file_id` text NOT NULL,
	`quality` text NOT NULL,
	`policy` text NOT NULL,
	`entitlement` text,
	PRIMARY KEY(`file_id`, `quality`)
);
--> statement-breakpoint
CREATE TABLE `video_hls_token_session` (
	`token_id` text NOT NULL,
	`session_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`token_id`, `session_id`)
-- The key is the row: the gate writes and looks up one B-tree, not a table and an index. drizzle-kit cannot say this.
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `video_post` (
	`id` text PRIMARY KEY NOT NULL,
	`author_id` text NOT NULL,
	`title` text NOT NULL,
	`slug` text NOT NULL,
	`description` text NOT NULL,
	`resource_type` text NOT NULL,
	`status` text NOT NULL,
	`interaction` text NOT NULL,
	`access` text NOT NULL,
	`auto_publish` integer NOT NULL,
	`duration` real NOT NULL,
	`audit_result` text,
	`audit_reason` text,
	`audited_by` text,
	`audited_at` integer,
	`version` integer NOT NULL,
	`next_file_index` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer
);
--> statement-breakpoint
CREATE INDEX `video_post_status` ON `video_post` (`status`,`id`);--> statement-breakpoint
CREATE INDEX `video_post_slug` ON `video_post` (`slug`);--> statement-breakpoint
CREATE TABLE `video_post_revision` (
	`video_post_id` text NOT NULL,
	`version` integer NOT NULL,
	`save_id` text NOT NULL,
	`events` text NOT NULL,
	`lease_guard` integer NOT NULL,
	`created_at` integer NOT NULL,
	`dispatched_at` integer,
	PRIMARY KEY(`video_post_id`, `version`)
);
--> statement-breakpoint
CREATE INDEX `video_post_revision_outbox` ON `video_post_revision` (`created_at`) WHERE dispatched_at IS NULL;--> statement-breakpoint
CREATE TABLE `video_transcode_job` (
	`job_id` text PRIMARY KEY NOT NULL,
	`video_post_id` text NOT NULL,
	`file_id` text NOT NULL,
	`kind` text NOT NULL,
	`state` text NOT NULL,
	`stage` text,
	`claim_no` integer NOT NULL,
	`attempt` integer NOT NULL,
	`max_attempts` integer NOT NULL,
	`lease_owner` text,
	`lease_token` text,
	`lease_expires_at` integer,
	`run_after` integer NOT NULL,
	`progress` text,
	`fail_reason` text,
	`cancel_requested` integer NOT NULL,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`finished_at` integer,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `video_transcode_job_due` ON `video_transcode_job` (`state`,`run_after`,`job_id`);--> statement-breakpoint
CREATE INDEX `video_transcode_job_post` ON `video_transcode_job` (`video_post_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `video_transcode_job_lease` ON `video_transcode_job` (`lease_token`) WHERE lease_token IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `video_transcode_job_live` ON `video_transcode_job` (`file_id`,`kind`) WHERE state IN ('QUEUED','RUNNING','RETRY_WAIT');