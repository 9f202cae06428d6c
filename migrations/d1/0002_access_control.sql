CREATE TABLE `api_key` (
	`key_id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`scopes` text NOT NULL,
	`secret_hash` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`revoked_at` integer,
	`last_used_at` integer
);
--> statement-breakpoint
CREATE TABLE `audit_event` (
	`id` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`actor` text NOT NULL,
	`action` text NOT NULL,
	`video_post_id` text,
	`file_index` integer,
	`status` integer NOT NULL,
	`reason` text,
	`count` integer NOT NULL,
	`client_address` text,
	`country` text,
	`details` text,
	`keep_until` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `audit_event_post` ON `audit_event` (`video_post_id`,`id`) WHERE video_post_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `audit_event_actor` ON `audit_event` (`actor`,`id`);--> statement-breakpoint
CREATE INDEX `audit_event_action` ON `audit_event` (`action`,`id`);--> statement-breakpoint
CREATE INDEX `audit_event_keep_until` ON `audit_event` (`keep_until`);--> statement-breakpoint
CREATE TABLE `key_rotation_batch` (
	`batch_id` text PRIMARY KEY NOT NULL,
	`state` text NOT NULL,
	`selection` text NOT NULL,
	`max_in_flight` integer NOT NULL,
	`requested_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`finished_at` integer
);
--> statement-breakpoint
CREATE INDEX `key_rotation_batch_running` ON `key_rotation_batch` (`created_at`) WHERE state = 'RUNNING';--> statement-breakpoint
CREATE TABLE `key_rotation_item` (
	`batch_id` text NOT NULL,
	`file_id` text NOT NULL,
	`video_post_id` text NOT NULL,
	`file_index` integer NOT NULL,
	`state` text NOT NULL,
	`from_key_version` integer,
	`to_key_version` integer,
	`reason` text,
	`started_at` integer,
	`finished_at` integer,
	PRIMARY KEY(`batch_id`, `file_id`)
);
--> statement-breakpoint
CREATE INDEX `key_rotation_item_state` ON `key_rotation_item` (`batch_id`,`state`,`file_id`);--> statement-breakpoint
CREATE INDEX `key_rotation_item_file` ON `key_rotation_item` (`file_id`) WHERE state = 'ROTATING';--> statement-breakpoint
CREATE TABLE `single_key_source` (
	`file_id` text PRIMARY KEY NOT NULL,
	`prefix` text NOT NULL,
	`wrapped_key` text NOT NULL,
	`kek_id` text NOT NULL,
	`renditions` text NOT NULL,
	`requested_at` integer,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `video_hls_key_token` ADD `session_limit` integer;--> statement-breakpoint
ALTER TABLE `video_hls_key_token` ADD `session_overflow` text;--> statement-breakpoint
ALTER TABLE `video_hls_token_session` ADD `viewer` text;--> statement-breakpoint
ALTER TABLE `video_hls_token_session` ADD `expires_at` integer;--> statement-breakpoint
ALTER TABLE `video_hls_token_session` ADD `ended_at` integer;--> statement-breakpoint
CREATE INDEX `video_hls_token_session_viewer` ON `video_hls_token_session` (`viewer`,`created_at`) WHERE viewer IS NOT NULL AND ended_at IS NULL;