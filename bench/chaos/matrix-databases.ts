import { Client } from 'pg';

/** A database of the matrix, and how the product is started on it. */
export interface MatrixDatabase {
  /** Settings of the product. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Makes a database with a role of its own on a server. */
export type DatabaseMaker = (server: PostgresAdmin) => Promise<MatrixDatabase>;

const PASSWORD = 'nearly-fifteen-horses-graze';

/** A PostgreSQL on which databases are made, by a superuser. */
export class PostgresAdmin {
  private made = 0;

  /** @param url of a superuser */
  constructor(private readonly url: string) {}

  /** A database that belongs to a role without any right beyond it. */
  async database(): Promise<{
    readonly name: string;
    readonly owner: string;
    readonly url: string;
  }> {
    this.made += 1;
    const name = `drill_${this.made}`;
    const owner = await this.role('owner');
    await this.run(this.url, `CREATE DATABASE ${name} OWNER ${owner}`);
    return { name, owner, url: this.urlOf(name, owner) };
  }

  /** A role that may sign in, and nothing else. */
  async role(purpose: string): Promise<string> {
    const name = `drill_${purpose}_${this.made}`;
    await this.run(this.url, `CREATE ROLE ${name} LOGIN PASSWORD '${PASSWORD}'`);
    return name;
  }

  /** The address of a database for a role. */
  urlOf(name: string, role: string): string {
    const url = new URL(this.url);
    Object.assign(url, { username: role, password: PASSWORD, pathname: `/${name}` });
    return url.href;
  }

  /** The address of a database for the superuser. */
  adminUrlOf(name: string): string {
    const url = new URL(this.url);
    url.pathname = `/${name}`;
    return url.href;
  }

  /** Runs statements one by one in a database, as the superuser. */
  in(name: string, ...statements: readonly string[]): Promise<void> {
    return this.run(this.adminUrlOf(name), ...statements);
  }

  private async run(url: string, ...statements: readonly string[]): Promise<void> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  }
}

/** A database on which settings are other than PostgreSQL's own. */
function withSettings(...settings: readonly string[]): DatabaseMaker {
  return async (server) => {
    const { name, url } = await server.database();
    await server.in(name, ...settings.map((setting) => `ALTER DATABASE ${name} SET ${setting}`));
    return { settings: { DATABASE_URL: url } };
  };
}

/** A database that belongs to its superuser: what the embedded PostgreSQL and a container give. */
export async function plain(server: PostgresAdmin): Promise<MatrixDatabase> {
  const { name } = await server.database();
  return { settings: { DATABASE_URL: server.adminUrlOf(name) } };
}

/** A schema of one's own: nothing may be made in public. */
async function ownSchema(server: PostgresAdmin): Promise<MatrixDatabase> {
  const { name, owner, url } = await server.database();
  await server.in(
    name,
    `CREATE SCHEMA actions AUTHORIZATION ${owner}`,
    `REVOKE ALL ON SCHEMA public FROM PUBLIC`,
    `ALTER SCHEMA public OWNER TO CURRENT_USER`,
    `ALTER ROLE ${owner} IN DATABASE ${name} SET search_path = actions`,
  );
  return { settings: { DATABASE_URL: url } };
}

/** The owner migrates; the product itself may read and write rows. */
async function rowsOnly(server: PostgresAdmin): Promise<MatrixDatabase> {
  const { name, owner, url } = await server.database();
  const writer = await server.role('writer');
  const grant = `ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} GRANT`;
  await server.in(
    name,
    `${grant} SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${writer}`,
    `${grant} USAGE, SELECT ON SEQUENCES TO ${writer}`,
    `${grant} USAGE ON SCHEMAS TO ${writer}`,
    `REVOKE CREATE ON SCHEMA public FROM PUBLIC`,
    `REVOKE TEMPORARY ON DATABASE ${name} FROM PUBLIC`,
  );
  return {
    settings: { DATABASE_URL: server.urlOf(name, writer), DATABASE_DIRECT_URL: url },
  };
}

/** The databases of the matrix, by name; the first is the most likely to fail. */
export const DATABASES: readonly {
  readonly name: string;
  readonly make: DatabaseMaker;
}[] = [
  { name: 'DateStyle German', make: withSettings(`datestyle = 'German'`) },
  { name: 'an owner without other rights', make: withSettings() },
  { name: 'DateStyle SQL, MDY', make: withSettings(`datestyle = 'SQL, MDY'`) },
  { name: 'TimeZone Europe/Paris', make: withSettings(`timezone = 'Europe/Paris'`) },
  {
    name: 'isolation repeatable read',
    make: withSettings(`default_transaction_isolation = 'repeatable read'`),
  },
  {
    name: 'isolation serializable',
    make: withSettings(`default_transaction_isolation = 'serializable'`),
  },
  {
    name: 'idle_session_timeout 400 ms',
    make: withSettings(`idle_session_timeout = 400`),
  },
  { name: 'a schema of its own', make: ownSchema },
  { name: 'a role with rows only', make: rowsOnly },
];
