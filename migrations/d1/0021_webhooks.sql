CREATE TABLE `webhook_attempt` (
	`endpoint_id` text NOT NULL,
	`event_id` text NOT NULL,
	`attempt` integer NOT NULL,
	`started_at` integer NOT NULL,
	`duration_ms` integer NOT NULL,
	`status` integer,
	`error` text,
	`excerpt` text,
	`next_attempt_at` integer,
	PRIMARY KEY(`endpoint_id`, `event_id`, `attempt`)
);
--> statement-breakpoint
CREATE TABLE `webhook_delivery` (
	`endpoint_id` text NOT NULL,
	`event_id` text NOT NULL,
	`type` text NOT NULL,
	`event_at` integer NOT NULL,
	`body` text NOT NULL,
	`state` text NOT NULL,
	`attempts` integer NOT NULL,
	`step` integer NOT NULL,
	`next_attempt_at` integer,
	`wake_at` integer,
	`created_at` integer NOT NULL,
	`delivered_at` integer,
	PRIMARY KEY(`endpoint_id`, `event_id`)
);
--> statement-breakpoint
CREATE INDEX `webhook_delivery_wake` ON `webhook_delivery` (`wake_at`) WHERE state = 'PENDING';--> statement-breakpoint
CREATE INDEX `webhook_delivery_list` ON `webhook_delivery` (`endpoint_id`,`event_at`,`event_id`);--> statement-breakpoint
CREATE INDEX `webhook_delivery_state` ON `webhook_delivery` (`endpoint_id`,`state`,`event_at`,`event_id`);--> statement-breakpoint
CREATE INDEX `webhook_delivery_age` ON `webhook_delivery` (`event_at`);--> statement-breakpoint
CREATE TABLE `webhook_endpoint` (
	`id` text PRIMARY KEY NOT NULL,
	`url` text NOT NULL,
	`events` text NOT NULL,
	`description` text NOT NULL,
	`state` text NOT NULL,
	`disabled_reason` text,
	`disabled_at` integer,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `webhook_secret` (
	`id` text PRIMARY KEY NOT NULL,
	`endpoint_id` text NOT NULL,
	`wrapped_secret` text NOT NULL,
	`kek_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer
);
--> statement-breakpoint
CREATE INDEX `webhook_secret_endpoint` ON `webhook_secret` (`endpoint_id`);--> statement-breakpoint
CREATE INDEX `webhook_secret_kek` ON `webhook_secret` (`kek_id`,`id`);