using System.Globalization;
using ForgetDesk.Model;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ForgetDesk;

/// <summary>Leads every page to that of the progress while the model is trained or loaded.</summary>
internal sealed class Readiness(RequestDelegate next, Opening opening)
{
    private static readonly string[] Open = ["/SignIn", "/Starting", "/Error"];

    public Task InvokeAsync(HttpContext context)
    {
        // Null for what is no page: assets, health, progress, and paths that lead nowhere.
        var page = context.GetEndpoint()?.Metadata.GetMetadata<PageActionDescriptor>()?.ViewEnginePath;
        if (opening.IsReady || page is null || Open.Contains(page))
            return next(context);
        if (HttpMethods.IsGet(context.Request.Method))
            context.Response.Redirect("/Starting");
        else
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return Task.CompletedTask;
    }

    /// <summary>Describes where the start stands.</summary>
    public static Standing Describe(Opening opening)
    {
        if (opening.Failure is not null)
            return new Standing(false, true, 0, "The desk cannot be opened. Its log says why.");
        if (opening.IsReady)
            return new Standing(true, false, 100, "The desk is ready.");
        if (opening.Progress is not { StepCount: > 0 } progress)
            return new Standing(false, false, 0, "The desk is being opened.");
        var percent = 100 * progress.Step / progress.StepCount;
        var remaining = Math.Max(1, (int)Math.Ceiling(progress.Remaining.TotalSeconds));
        return new Standing(false, false, percent, string.Create(CultureInfo.InvariantCulture,
            $"The model reads its articles: step {progress.Step} of {progress.StepCount}, about {remaining} seconds to go."));
    }

    /// <param name="IsReady">Whether the desk serves.</param>
    /// <param name="HasFailed">Whether it never will.</param>
    /// <param name="Percent">How much of the training is done.</param>
    /// <param name="Text">The same in a sentence.</param>
    internal sealed record Standing(bool IsReady, bool HasFailed, int Percent, string Text);
}
