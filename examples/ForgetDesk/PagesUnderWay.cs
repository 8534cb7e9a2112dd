using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ForgetDesk;

/// <summary>The pages that are being made and sent. An order is acknowledged once those that began before it was in force have left.</summary>
/// <remarks>
/// The model's service sees to it that no answer is handed to the application after an order. What the application makes of one takes
/// a moment more, and that is waited for here: sending ends when the bytes are the operating system's. Who reads too slowly is cut off.
/// </remarks>
public sealed class PagesUnderWay(TimeProvider time)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(3);
    private readonly Lock _turn = new();
    private readonly Dictionary<HttpContext, TaskCompletionSource> _underWay = [];

    /// <summary>Makes and sends a page.</summary>
    public async Task SendAsync(HttpContext context, RequestDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        // Whoever orders shows nothing of the model, and would wait for himself.
        if (context.GetEndpoint()?.Metadata.GetMetadata<PageActionDescriptor>()?.ViewEnginePath is null or "/Order")
        {
            await next(context);
            return;
        }

        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_turn)
            _underWay.Add(context, left);
        try
        {
            await next(context);
            // One that has not begun shows nothing yet, and may become the page of errors.
            if (context.Response.HasStarted)
                await context.Response.CompleteAsync();
        }
        finally
        {
            lock (_turn)
                _underWay.Remove(context);
            left.SetResult();
        }
    }

    /// <summary>Waits until what is under way has left, and cuts off what has not in time.</summary>
    public async Task LeaveAsync()
    {
        KeyValuePair<HttpContext, TaskCompletionSource>[] earlier;
        lock (_turn)
            earlier = [.. _underWay];
        try
        {
            await Task.WhenAll(earlier.Select(page => page.Value.Task)).WaitAsync(LongestWait, time);
        }
        catch (TimeoutException)
        {
            lock (_turn)
            {
                // A context serves another request later; by then it is another entry.
                foreach (var (context, left) in earlier)
                {
                    if (_underWay.GetValueOrDefault(context) == left)
                        context.Abort();
                }
            }
        }
    }
}
