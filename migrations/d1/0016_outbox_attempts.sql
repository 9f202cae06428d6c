DROP INDEX `video_post_revision_outbox`;--> statement-breakpoint
ALTER TABLE `video_post_revision` ADD `dispatch_attempts` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `video_post_revision` ADD `dispatch_retry_at` integer;--> statement-breakpoint
CREATE INDEX `video_post_revision_due` ON `video_post_revision` (`dispatch_retry_at`,`created_at`) WHERE dispatched_at IS NULL;