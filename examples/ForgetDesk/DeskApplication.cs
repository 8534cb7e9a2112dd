using System.Security.Cryptography;
using ForgetDesk.Model;
using ForgetDesk.Security;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.Features;
using Nulls.Unlearning;

namespace ForgetDesk;

/// <summary>The web application.</summary>
public static class DeskApplication
{
    private const int MostBodyBytes = 16 * 1024;
    private static readonly TimeSpan SessionLength = TimeSpan.FromMinutes(30);

    /// <summary>Makes the application; <see cref="WebApplication.Run"/> starts it.</summary>
    /// <exception cref="InvalidOperationException">Nobody may sign in, or an option breaks a rule.</exception>
    public static WebApplication Create(string[] args)
    {
        // Named, so that the pages are found whatever program starts it; all assets are in the assembly.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args, ApplicationName = typeof(DeskApplication).Assembly.GetName().Name, ContentRootPath = AppContext.BaseDirectory,
        });
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;
            server.Limits.MaxRequestBodySize = MostBodyBytes;
            server.Limits.MaxRequestLineSize = 4096;
            server.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            server.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        });
        // Nothing waits in the server once a page is said to have left: see PagesUnderWay.
        builder.WebHost.UseSockets(sockets => sockets.MaxWriteBufferSize = 1);
        AddServices(builder);
        var app = builder.Build();
        Use(app);
        return app;
    }

    private static void AddServices(WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<DeskOptions>().BindConfiguration("Desk")
            .Validate(options => options is { RequestsPerMinute: > 0, SignInsPerMinute: > 0 }, "Desk:RequestsPerMinute and Desk:SignInsPerMinute must be 1 or more.")
            .Validate(options => Enum.IsDefined(options.Size) && !string.IsNullOrWhiteSpace(options.Folder), "Desk:Size must be Default, Small or Tiny, and Desk:Folder a folder.")
            .ValidateOnStart();
        var desk = builder.Configuration.GetSection("Desk").Get<DeskOptions>() ?? new DeskOptions();
        OwnedFolder.Create(desk.Keys);
        services.AddSingleton(TimeProvider.System);
        AddModel(services, desk);
        services.AddSingleton(UserDirectory.Open(desk, builder.Environment.IsDevelopment(),
            (name, password) => Console.WriteLine($"First start: sign in as {name} with the password {password}")));
        services.AddRequestLimits();

        services.AddDataProtection().SetApplicationName("ForgetDesk").PersistKeysToFileSystem(Directory.CreateDirectory(Path.Combine(desk.Keys, "web")));
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(cookies =>
        {
            cookies.Cookie.Name = "forgetdesk";
            cookies.Cookie.HttpOnly = true;
            cookies.Cookie.SameSite = SameSiteMode.Strict;
            cookies.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            cookies.ExpireTimeSpan = SessionLength;
            cookies.SlidingExpiration = true;
            cookies.LoginPath = "/SignIn";
            cookies.AccessDeniedPath = "/Denied";
        });
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build())
            .AddPolicy(nameof(DeskRole.Officer), policy => policy.RequireRole(nameof(DeskRole.Officer)));
        services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "forgetdesk-form";
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        services.Configure<FormOptions>(form =>
        {
            form.ValueCountLimit = 32;
            form.KeyLengthLimit = 128;
            form.ValueLengthLimit = 4096;
            form.MultipartBodyLengthLimit = MostBodyBytes;
        });
        services.AddRazorPages(pages =>
        {
            pages.Conventions.AllowAnonymousToPage("/SignIn");
            pages.Conventions.AllowAnonymousToPage("/Starting");
            pages.Conventions.AllowAnonymousToPage("/Error");
        });
    }

    private static void AddModel(IServiceCollection services, DeskOptions desk)
    {
        services.AddNulls(model =>
        {
            // Trained at the first start, and loaded from its folder afterwards.
            model.ModelPath = desk.ModelFolder;
            model.LoadModel = (provider, cancellationToken) => Task.FromResult(provider.GetRequiredService<FirstTraining>().Run(provider.GetRequiredService<LedgerKey>(), cancellationToken));
            model.LedgerPath = desk.LedgerPath;
            model.LedgerKey = provider => provider.GetRequiredService<LedgerKey>();
            // Beside a model, a ledger that is not there is lost, and a new one would undo what it ordered.
            model.CreateLedger = !Directory.Exists(desk.ModelFolder);
        });
        services.AddHealthChecks().AddNulls().AddCheck<LedgerHealth>("ledger");

        // A key that is not there beside a ledger is lost; that is an error that names its file.
        services.AddSingleton(_ => File.Exists(desk.LedgerPath) || File.Exists(desk.LedgerKeyPath) ? LedgerKey.Load(desk.LedgerKeyPath) : LedgerKey.Create(desk.LedgerKeyPath));
        services.AddSingleton<FirstTraining>().AddSingleton<Library>().AddSingleton<Desk>().AddSingleton<LedgerView>();
        services.AddSingleton<Certificates>().AddSingleton<Orders>().AddSingleton<PagesUnderWay>();
        services.AddSingleton<Opening>().AddHostedService(provider => provider.GetRequiredService<Opening>());
        services.AddSingleton<MeterReadings>();
    }

    private static void Use(WebApplication app)
    {
        app.Services.GetRequiredService<MeterReadings>(); // Reads from the start on.
        app.UseSecurityHeaders();
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandlingPath = "/Error",
            StatusCodeSelector = exception => exception is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError,
        });
        app.UseStatusCodePagesWithReExecute("/Error", "?code={0}");
        app.UseRouting();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.UseMiddleware<Readiness>();
        app.Use(app.Services.GetRequiredService<PagesUnderWay>().SendAsync);
        app.MapRazorPages();
        app.MapHealthChecks("/health").AllowAnonymous();
        app.MapGet("/progress", (Opening opening) => Readiness.Describe(opening)).AllowAnonymous();
        CertificateEndpoints.Map(app);
        MapAsset(app, "desk.css", "text/css");
        MapAsset(app, "desk.js", "text/javascript");
        MapAsset(app, "desk.svg", "image/svg+xml");
    }

    private static void MapAsset(WebApplication app, string name, string type)
    {
        using var stream = typeof(DeskApplication).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"The assembly has no asset '{name}'.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var tag = new Microsoft.Net.Http.Headers.EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes)[..8])}\"");
        app.MapGet("/" + name, (HttpContext context) =>
        {
            context.Items[SecurityHeaders.KeptByBrowser] = true;
            context.Response.Headers.CacheControl = "no-cache";
            return Results.Bytes(bytes, type, entityTag: tag);
        }).AllowAnonymous();
    }
}
