using System.Text;
using ForgetDesk.Model;
using ForgetDesk.Security;

namespace ForgetDesk;

/// <summary>Certificates: as a page, as the signed document, and the key to verify them with. They hold pseudonyms alone, so every user may read them.</summary>
internal static class CertificateEndpoints
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/Certificate/{entry:guid}", (Guid entry, DeskHost host, HttpContext context) =>
        {
            if (host.Desk?.CertificatePage(entry) is not { } page)
                return Results.NotFound();
            // The document stands alone, with its style in it.
            context.Response.Headers.ContentSecurityPolicy = SecurityHeaders.DocumentPolicy;
            return Results.Content(page, "text/html; charset=utf-8");
        });
        app.MapGet("/Certificate/{entry:guid}/File", (Guid entry, DeskHost host) =>
            host.Desk?.CertificatePath(entry) is { } path
                ? Results.File(path, "application/vnd.dsse+json", $"unlearning-{entry:N}.dsse.json")
                : Results.NotFound());
        app.MapGet("/Certificate/Key", (DeskHost host) =>
            host.Desk is { } desk ? Results.File(Encoding.ASCII.GetBytes(desk.PublicKey), "application/x-pem-file", "certificate-key.pem") : Results.NotFound());
    }
}
