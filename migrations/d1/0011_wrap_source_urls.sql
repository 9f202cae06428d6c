ALTER TABLE `video_file_post` ADD `source_kek_id` text;--> statement-breakpoint
CREATE INDEX `video_file_post_kek` ON `video_file_post` (`source_kek_id`,`id`) WHERE source_kek_id IS NOT NULL;--> statement-breakpoint
-- No job needs these any more.
UPDATE `video_file_post` SET `source_url` = '' WHERE `source_url` IS NOT NULL AND (`encrypt_status` = 'ENCRYPTED'
  OR `video_id` IN (SELECT `id` FROM `video_post` WHERE `deleted_at` IS NOT NULL));--> statement-breakpoint
-- These are wrapped by `processor rewrap`, or cleared when their part is encrypted.
UPDATE `video_file_post` SET `source_kek_id` = '(clear)' WHERE `source_url` <> '';