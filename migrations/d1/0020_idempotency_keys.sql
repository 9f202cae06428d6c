CREATE TABLE `idempotency_key` (
	`caller_id` text NOT NULL,
	`key` text NOT NULL,
	`fingerprint` text NOT NULL,
	`claim_id` text NOT NULL,
	`claimed_until` integer NOT NULL,
	`status` integer,
	`answer` text,
	`kek_id` text,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`caller_id`, `key`)
);
--> statement-breakpoint
CREATE INDEX `idempotency_key_expires` ON `idempotency_key` (`expires_at`);