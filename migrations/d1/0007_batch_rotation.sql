DROP INDEX `key_rotation_item_file`;--> statement-breakpoint
ALTER TABLE `key_rotation_item` ADD `job_id` text;--> statement-breakpoint
CREATE UNIQUE INDEX `key_rotation_item_file` ON `key_rotation_item` (`file_id`) WHERE state = 'ROTATING';--> statement-breakpoint
ALTER TABLE `key_rotation_batch` ADD `grace_seconds` integer;--> statement-breakpoint
ALTER TABLE `key_rotation_batch` ADD `fill_after` text;--> statement-breakpoint
CREATE INDEX `video_hls_encrypt_key_kek` ON `video_hls_encrypt_key` (`kek_id`,`key_id`);