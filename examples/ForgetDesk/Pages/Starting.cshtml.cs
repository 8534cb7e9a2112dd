using ForgetDesk.Model;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ForgetDesk.Pages;

/// <summary>Where the training stands.</summary>
public sealed class StartingModel(Opening opening) : PageModel
{
    internal Readiness.Standing Standing { get; private set; } = new(false, false, 0, "");

    public IActionResult OnGet()
    {
        Standing = Readiness.Describe(opening);
        return Standing.IsReady ? Redirect("/") : Page();
    }
}
