namespace Madang.Bench;

/// <summary>nginx as one would run it for static files: one worker, sendfile, open file cache.</summary>
internal static class Nginx
{
    public static async Task<Server> StartAsync(DirectoryInfo folder, int core)
    {
        var port = Server.FreePort();
        var configuration = Path.Combine(folder.FullName, "nginx.conf");
        await File.WriteAllTextAsync(configuration,
            $$"""
            daemon off;
            master_process off;
            worker_processes 1;
            pid {{folder.FullName}}/nginx.pid;
            error_log {{folder.FullName}}/error.log;
            events { worker_connections 1024; }
            http {
              access_log off;
              sendfile on;
              tcp_nopush on;
              keepalive_requests 1000000;
              open_file_cache max=1000;
              types { image/webp webp; }
              client_body_temp_path {{folder.FullName}}/body;
              proxy_temp_path {{folder.FullName}}/proxy;
              fastcgi_temp_path {{folder.FullName}}/fastcgi;
              uwsgi_temp_path {{folder.FullName}}/uwsgi;
              scgi_temp_path {{folder.FullName}}/scgi;
              server {
                listen 127.0.0.1:{{port}};
                root {{folder.FullName}};
                location / { add_header Cache-Control "public, max-age=2592000"; }
              }
            }
            """);
        return await Server.StartAsync(core, port, new Dictionary<string, string>(), "/usr/sbin/nginx", "-c", configuration);
    }
}
