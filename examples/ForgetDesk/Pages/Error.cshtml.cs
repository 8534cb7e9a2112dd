using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ForgetDesk.Pages;

/// <summary>What is shown in place of a page that there is not.</summary>
[IgnoreAntiforgeryToken]
public sealed class ErrorModel : PageModel
{
    public string Text { get; private set; } = "";

    public void OnGet() => Explain();

    // The request that failed is run again as this page, with its own method.
    public void OnPost() => Explain();

    private void Explain()
    {
        // Asked for by its address, it is no error: there is just no such page.
        var isError = HttpContext.Features.Get<IExceptionHandlerFeature>() is not null || HttpContext.Features.Get<IStatusCodeReExecuteFeature>() is not null;
        if (!isError)
            Response.StatusCode = StatusCodes.Status404NotFound;
        Text = Response.StatusCode switch
        {
            StatusCodes.Status400BadRequest => "The request was not understood. Load the page again, and send it once more.",
            StatusCodes.Status404NotFound => "There is no such page.",
            StatusCodes.Status413PayloadTooLarge => "The request is too large.",
            StatusCodes.Status503ServiceUnavailable => "The desk is not open yet.",
            >= 500 => "Something went wrong here. It was logged.",
            _ => "The request was refused.",
        };
    }
}
