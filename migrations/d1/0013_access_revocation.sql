CREATE TABLE `access_revocation` (
	`sequence` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`subject` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `access_revocation_subject` ON `access_revocation` (`kind`,`subject`);--> statement-breakpoint
CREATE INDEX `access_revocation_expires` ON `access_revocation` (`expires_at`);