CREATE INDEX `audit_event_refused` ON `audit_event` (`id`) WHERE status >= 400;--> statement-breakpoint
CREATE INDEX `audit_event_done` ON `audit_event` (`id`) WHERE status < 400;