using System.Globalization;
using ForgetDesk.Security;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Nulls.MLNet.Hosting;

namespace ForgetDesk.Pages;

/// <summary>A page of the opened desk.</summary>
public abstract class DeskPage : PageModel
{
    /// <summary>Gets whether the user may change what the model knows, and see what it is not to know.</summary>
    public bool IsOfficer => User.IsInRole(nameof(DeskRole.Officer));

    /// <summary>Gets what went wrong, in a sentence; null when nothing did.</summary>
    public string? Fault { get; protected set; }

    /// <summary>Gives a share as a percentage.</summary>
    public static string Percent(double share) => (100 * share).ToString("0.#", CultureInfo.InvariantCulture) + " %";

    /// <summary>Gives a time, to the second.</summary>
    public static string Moment(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>Gives a status in words.</summary>
    public static string Word(SourceStatus status) => status switch
    {
        SourceStatus.InUse => "in use",
        SourceStatus.Unlearned => "unlearned",
        _ => "erased",
    };

    /// <summary>Refuses what a user sent, with a sentence.</summary>
    protected void Refuse(string sentence, int statusCode = StatusCodes.Status400BadRequest)
    {
        Fault = sentence;
        Response.StatusCode = statusCode;
    }
}
