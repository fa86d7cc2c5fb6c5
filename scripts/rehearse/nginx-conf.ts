/** The proxy's configuration: what nginx needs in front of Poundkey's web processes, and nothing else. */
import type { CertificateFiles } from './certificate.ts';

/** What stands in it. */
export interface ProxySettings {
  /** Where nginx keeps its own files. */
  directory: string;
  /** Ports on loopback: of the proxy, and of the web processes behind it. */
  port: number;
  webPorts: readonly number[];
  /** The path under which Poundkey is reached and which it does not see, such as `/poundkey`; empty for none. */
  prefix: string;
  files: CertificateFiles;
  /** The user of nginx's own processes; only root can choose one. */
  user: string | null;
  /** Further lines of its block `http`. */
  more?: string;
}

/** The text of `nginx.conf`. nginx stays in the foreground and writes to `error.log` in its directory. */
export function nginxConf({
  directory,
  port,
  webPorts,
  prefix,
  files,
  user,
  more = '',
}: ProxySettings): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `  ${kind}_temp_path ${directory}/${kind};`,
  );
  return `${user === null ? '' : `user ${user};\n`}daemon off;
pid ${directory}/nginx.pid;
error_log ${directory}/error.log;
worker_processes 1;
events {}
http {
  access_log off;
${[...temporary, more].join('\n')}
  upstream poundkey {
    # A process that starts, or started again, is tried at once: on one machine a try of one that is gone costs nothing.
${webPorts.map((web) => `    server 127.0.0.1:${web} max_fails=0;`).join('\n')}
    keepalive 16;
  }
  # The path and query as they were sent, without the prefix: signatures cover them, and ids may hold a %2F.
  map $request_uri $path_behind {
    ~^${prefix}(?<rest>/.*)$ $rest;
  }
  server {
    listen 127.0.0.1:${port} ssl;
    server_name localhost;
    ssl_certificate ${files.certificate};
    ssl_certificate_key ${files.key};
    ssl_protocols TLSv1.2 TLSv1.3;
    location ${prefix}/ {
      if ($path_behind = "") { return 400; }
      proxy_pass http://poundkey$path_behind;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_connect_timeout 1s;
      # Streams of events stay open while nothing happens.
      proxy_read_timeout 1h;
    }
  }
}
`;
}
