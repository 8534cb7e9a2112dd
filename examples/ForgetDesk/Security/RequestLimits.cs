using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace ForgetDesk.Security;

/// <summary>How many requests are answered: of each user, and of attempts to sign in.</summary>
internal static class RequestLimits
{
    public const string SignIn = "sign-in";
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public static IServiceCollection AddRequestLimits(this IServiceCollection services) => services.AddRateLimiter(limits =>
    {
        limits.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
            RateLimitPartition.GetFixedWindowLimiter(context.User.Identity?.Name is { } name ? "user " + name : "address " + AddressOf(context),
                _ => Window(Options(context).RequestsPerMinute)));
        limits.AddPolicy(SignIn, context => HttpMethods.IsPost(context.Request.Method)
            ? RateLimitPartition.GetFixedWindowLimiter("sign-in " + AddressOf(context), _ => Window(Options(context).SignInsPerMinute))
            : RateLimitPartition.GetNoLimiter("read"));
        limits.OnRejected = async (rejected, cancellationToken) =>
        {
            rejected.HttpContext.Response.Headers.RetryAfter = "60";
            await rejected.HttpContext.Response.WriteAsync("Too many requests. Wait a minute and try again.", cancellationToken);
        };
    });

    private static FixedWindowRateLimiterOptions Window(int permits) => new() { PermitLimit = permits, Window = Minute };

    private static DeskOptions Options(HttpContext context) => context.RequestServices.GetRequiredService<IOptions<DeskOptions>>().Value;

    private static string AddressOf(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? "none";
}
