using System.Text;
using ForgetDesk.Model;
using ForgetDesk.Security;

namespace ForgetDesk;

/// <summary>Certificates: as a document for people, as the signed file, and the key to verify them with. They hold pseudonyms alone, so every user may read them.</summary>
internal static class CertificateEndpoints
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/Certificate/{entry:guid}", (Guid entry, Certificates certificates, HttpContext context) =>
        {
            if (certificates.DocumentOf(entry) is not { } document)
                return Results.NotFound();
            // It stands alone, with its style in it.
            context.Response.Headers.ContentSecurityPolicy = SecurityHeaders.DocumentPolicy;
            return Results.Content(document, "text/html; charset=utf-8");
        });
        app.MapGet("/Certificate/{entry:guid}/File", (Guid entry, Certificates certificates) =>
            certificates.PathOf(entry) is { } path
                ? Results.File(path, "application/vnd.dsse+json", $"unlearning-{entry:N}.dsse.json")
                : Results.NotFound());
        app.MapGet("/Certificate/Key", (Certificates certificates) =>
            Results.File(Encoding.ASCII.GetBytes(certificates.PublicKey()), "application/x-pem-file", "certificate-key.pem"));
    }
}
