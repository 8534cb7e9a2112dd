using ForgetDesk.Model;
using Nulls.Unlearning;

namespace ForgetDesk.Pages;

/// <summary>The ledger's entries, by pseudonyms, and whether they hold together.</summary>
public sealed partial class LedgerModel(LedgerView ledger, Certificates certificates, ILogger<LedgerModel> log) : DeskPage
{
    private const int MostShown = 200;

    public LedgerVerification? Verification { get; private set; }

    public IReadOnlyList<LedgerEntry> Entries { get; private set; } = [];

    public static string Word(LedgerAction action) => action switch
    {
        LedgerAction.Disable => "unlearn",
        LedgerAction.Restore => "restore",
        _ => "erase",
    };

    /// <summary>Tells whether an entry has a certificate.</summary>
    public bool HasCertificate(LedgerEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return certificates.PathOf(entry.Id) is not null;
    }

    public void OnGet()
    {
        try
        {
            Verification = ledger.Verify();
            Entries = Verification.IsIntact ? ledger.Read(MostShown) : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            LogUnread(exception);
            Refuse("The ledger cannot be read now. What it ordered still holds.", StatusCodes.Status503ServiceUnavailable);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The ledger cannot be read.")]
    private partial void LogUnread(Exception exception);
}
