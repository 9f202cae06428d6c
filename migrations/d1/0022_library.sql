CREATE TABLE `author_reward` (
	`sequence` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`author_id` text NOT NULL,
	`video_post_id` text NOT NULL,
	`direction` text NOT NULL,
	`number` integer NOT NULL,
	`amount` integer NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `author_reward_once` ON `author_reward` (`video_post_id`,`direction`,`number`);--> statement-breakpoint
CREATE INDEX `author_reward_author` ON `author_reward` (`author_id`,`sequence`,`direction`,`amount`);--> statement-breakpoint
CREATE TABLE `published_video` (
	`video_post_id` text PRIMARY KEY NOT NULL,
	`version` integer NOT NULL,
	`author_id` text,
	`title` text,
	`slug` text,
	`description` text,
	`resource_type` text,
	`duration` real,
	`interaction` text,
	`parts` text,
	`published_at` integer
);
--> statement-breakpoint
CREATE INDEX `published_video_newest` ON `published_video` (`published_at`,`video_post_id`);--> statement-breakpoint
CREATE INDEX `published_video_author` ON `published_video` (`author_id`,`published_at`,`video_post_id`);--> statement-breakpoint
CREATE INDEX `published_video_slug` ON `published_video` (`slug`,`published_at`,`video_post_id`);--> statement-breakpoint
CREATE INDEX `published_video_type` ON `published_video` (`resource_type`,`published_at`,`video_post_id`);--> statement-breakpoint
CREATE INDEX `published_video_unrecorded` ON `published_video` (`video_post_id`) WHERE version = 0;
--> statement-breakpoint
-- Posts that are published already wait to be recorded by the Cron Trigger, as do posts of a release without the library.
INSERT INTO `published_video` (`video_post_id`, `version`) SELECT `id`, 0 FROM `video_post` WHERE `published_at` IS NOT NULL;--> statement-breakpoint
CREATE TRIGGER `published_video_awaits_new_post` AFTER INSERT ON `video_post` WHEN NEW.`published_at` IS NOT NULL BEGIN INSERT INTO `published_video` (`video_post_id`, `version`) SELECT NEW.`id`, 0 WHERE NOT EXISTS (SELECT 1 FROM `published_video` WHERE `video_post_id` = NEW.`id`); END;--> statement-breakpoint
CREATE TRIGGER `published_video_awaits_post` AFTER UPDATE OF `published_at` ON `video_post` WHEN NEW.`published_at` IS NOT NULL AND OLD.`published_at` IS NULL BEGIN INSERT INTO `published_video` (`video_post_id`, `version`) SELECT NEW.`id`, 0 WHERE NOT EXISTS (SELECT 1 FROM `published_video` WHERE `video_post_id` = NEW.`id`); END;--> statement-breakpoint
-- The ledger is append-only. INSERT OR REPLACE would delete a row without asking the triggers before it.
CREATE TRIGGER `author_reward_is_never_changed` BEFORE UPDATE ON `author_reward` BEGIN SELECT RAISE(ABORT, 'author_reward is append-only'); END;--> statement-breakpoint
CREATE TRIGGER `author_reward_is_never_deleted` BEFORE DELETE ON `author_reward` BEGIN SELECT RAISE(ABORT, 'author_reward is append-only'); END;--> statement-breakpoint
CREATE TRIGGER `author_reward_is_never_replaced` BEFORE INSERT ON `author_reward` WHEN EXISTS (SELECT 1 FROM `author_reward` WHERE `sequence` = NEW.`sequence` OR (`video_post_id` = NEW.`video_post_id` AND `direction` = NEW.`direction` AND `number` = NEW.`number`)) BEGIN SELECT RAISE(IGNORE); END;
