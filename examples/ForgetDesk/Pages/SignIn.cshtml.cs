using System.Security.Claims;
using ForgetDesk.Security;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;

namespace ForgetDesk.Pages;

/// <summary>Signs a user in.</summary>
[EnableRateLimiting(RequestLimits.SignIn)]
public sealed class SignInModel(UserDirectory users) : PageModel
{
    [BindProperty]
    public string? Name { get; set; }

    [BindProperty]
    public string? Password { get; set; }

    public string? Fault { get; private set; }

    public void OnGet()
    {
        // The page alone.
    }

    public async Task<IActionResult> OnPostAsync(string? returnUrl)
    {
        if (users.Find(Name?.Trim() ?? "", Password ?? "") is not { } user)
        {
            // Which of the two is wrong is not told.
            Fault = "The name or the password is wrong.";
            Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Page();
        }

        Claim[] claims = [new(ClaimTypes.Name, user.Name), new(ClaimTypes.Role, user.Role.ToString())];
        var identity = new ClaimsIdentity(claims, CookieAuthenticationDefaults.AuthenticationScheme);
        await HttpContext.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme, new ClaimsPrincipal(identity));
        return LocalRedirect(Url.IsLocalUrl(returnUrl) ? returnUrl : "/");
    }
}
