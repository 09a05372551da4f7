-- Once, on the primary, as postgres. The application creates its tables at its first start.
CREATE ROLE nba LOGIN PASSWORD '${APPLICATION_PASSWORD}';
CREATE DATABASE nba OWNER nba;
