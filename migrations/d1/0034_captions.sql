ALTER TABLE `video_file_post` ADD `captions` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `video_file_post` ADD `chapters` text;--> statement-breakpoint
ALTER TABLE `video_file_post` ADD `media_start` integer;