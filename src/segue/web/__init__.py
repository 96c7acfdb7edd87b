"""HTTP: `api/` holds one resource a file, `pages/` what people see, `auth` who may do what."""
