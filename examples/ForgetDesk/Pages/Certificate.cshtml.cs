using ForgetDesk.Model;
using Microsoft.AspNetCore.Mvc;
using Nulls.Certificates;

namespace ForgetDesk.Pages;

/// <summary>Checks a certificate against the ledger and, where asked to, against the model's files.</summary>
public sealed partial class CertificateModel(Certificates certificates, ILogger<CertificateModel> log) : DeskPage
{
    public Guid Entry { get; private set; }

    public CertificateVerification? Verification { get; private set; }

    public bool IsModelRead { get; private set; }

    public static string Word(CertificateCheckOutcome outcome) => outcome switch
    {
        CertificateCheckOutcome.Passed => "passed",
        CertificateCheckOutcome.Failed => "failed",
        _ => "not checked",
    };

    public int Count(CertificateCheckOutcome outcome) => Verification?.Checks.Count(check => check.Outcome == outcome) ?? 0;

    public IActionResult OnGet(Guid entry) => Check(entry, readsModel: false);

    // Posted, because it reads every byte of the weights.
    public IActionResult OnPost(Guid entry) => Check(entry, readsModel: true);

    private IActionResult Check(Guid entry, bool readsModel)
    {
        (Entry, IsModelRead) = (entry, readsModel);
        try
        {
            Verification = certificates.Check(entry, readsModel);
            return Verification is null ? NotFound() : Page();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            LogUnread(exception);
            Refuse("The certificate cannot be read: it was changed or damaged. The ledger still holds the order.", StatusCodes.Status503ServiceUnavailable);
            return Page();
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A certificate cannot be read.")]
    private partial void LogUnread(Exception exception);
}
