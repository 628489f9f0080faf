"""What a firing brings about: `applying` it, `holding` hubs, `incidents` with the holds that they brought, `words`."""
