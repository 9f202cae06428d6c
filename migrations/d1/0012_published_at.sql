ALTER TABLE `video_post` ADD `published_at` integer;--> statement-breakpoint
-- Since their audit.
UPDATE `video_post` SET `published_at` = coalesce(`audited_at`, `updated_at`)
WHERE `audit_result` = 'PASSED' AND `deleted_at` IS NULL;--> statement-breakpoint
CREATE INDEX `video_post_unpublished_pass` ON `video_post` (`id`) WHERE audit_result = 'PASSED' AND published_at IS NULL AND deleted_at IS NULL;
