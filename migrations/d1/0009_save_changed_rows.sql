DROP INDEX `video_file_post_upload`;--> statement-breakpoint
ALTER TABLE `video_file_post` ADD `last_key_version` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
UPDATE `video_file_post` SET `last_key_version` = coalesce(
  (SELECT max(k.`key_version`) FROM `video_hls_encrypt_key` k WHERE k.`file_id` = `video_file_post`.`id`), 0);--> statement-breakpoint
-- Parts of one upload, which there must not be: one of them keeps it, above all one that still has to be transcoded.
UPDATE `video_file_post` SET `upload_id` = lower(hex(randomblob(11))) WHERE `upload_id` IS NOT NULL AND `id` <> (
  SELECT f.`id` FROM `video_file_post` f JOIN `video_post` p ON p.`id` = f.`video_id`
  WHERE f.`upload_id` = `video_file_post`.`upload_id`
  ORDER BY p.`deleted_at` IS NOT NULL, f.`transfer_result` <> 'TRANSCODING', f.`id` LIMIT 1);--> statement-breakpoint
CREATE UNIQUE INDEX `video_file_post_upload` ON `video_file_post` (`upload_id`) WHERE upload_id IS NOT NULL;--> statement-breakpoint
ALTER TABLE `video_hls_encrypt_key` ADD `revoked_at` integer;--> statement-breakpoint
-- When they were is not known: their time counts from this migration.
UPDATE `video_hls_encrypt_key` SET `revoked_at` = unixepoch() * 1000 WHERE `status` = 'REVOKED';--> statement-breakpoint
CREATE INDEX `video_hls_encrypt_key_live` ON `video_hls_encrypt_key` (`file_id`) WHERE status <> 'REVOKED';--> statement-breakpoint
CREATE INDEX `video_hls_encrypt_key_revoked` ON `video_hls_encrypt_key` (`revoked_at`) WHERE revoked_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `video_hls_encrypt_key_retiring` ON `video_hls_encrypt_key` (`usable_until`) WHERE usable_until IS NOT NULL;