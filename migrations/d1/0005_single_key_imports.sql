ALTER TABLE `single_key_source` ADD `queued_at` integer;--> statement-breakpoint
CREATE INDEX `single_key_source_prefix` ON `single_key_source` (`prefix`);--> statement-breakpoint
CREATE INDEX `single_key_source_queued` ON `single_key_source` (`queued_at`) WHERE queued_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `single_key_source_requested` ON `single_key_source` (`requested_at`) WHERE requested_at IS NOT NULL;--> statement-breakpoint
ALTER TABLE `video_post` ADD `import_id` text;--> statement-breakpoint
CREATE UNIQUE INDEX `video_post_import` ON `video_post` (`import_id`) WHERE import_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `video_file_post_imported` ON `video_file_post` (`transfer_result`,`encrypt_status`) WHERE upload_id IS NULL AND source_url IS NULL;