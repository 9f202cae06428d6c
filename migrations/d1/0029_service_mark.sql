CREATE TABLE `service_mark` (
	`name` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL
);
