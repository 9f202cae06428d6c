ALTER TABLE `video_file_post` ADD `images` text;--> statement-breakpoint
ALTER TABLE `video_file_post` ADD `poster` text;--> statement-breakpoint
ALTER TABLE `video_file_post` ADD `poster_id` text;--> statement-breakpoint
CREATE INDEX `video_file_post_poster` ON `video_file_post` (`poster_id`) WHERE poster_id IS NOT NULL;