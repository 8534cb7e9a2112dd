using ForgetDesk.Model;
using ForgetDesk.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Nulls.Unlearning;

namespace ForgetDesk.Pages;

/// <summary>Takes an officer's order about a source. It is seen only where an order was refused.</summary>
[Authorize(Policy = nameof(DeskRole.Officer))]
public sealed partial class OrderModel(DeskHost host, DeskMetrics metrics, ILogger<OrderModel> log) : DeskPage(host)
{
    public int Index { get; private set; }

    [BindProperty]
    public LedgerAction? Action { get; set; }

    [BindProperty]
    public string? Reason { get; set; }

    [BindProperty]
    public string? LegalBasis { get; set; }

    [BindProperty]
    public string? Confirmation { get; set; }

    public IActionResult OnGet(int index) => RedirectToPage("/Source", new { index });

    public IActionResult OnPost(int index)
    {
        Index = index;
        try
        {
            if (Desk.Get(index, isOfficer: true) is not { } card)
                return NotFound();
            if (!ModelState.IsValid || Action is not { } action)
                throw new ArgumentException("The order is none that the desk knows: it must be to unlearn, to restore or to erase.");
            if (action == LedgerAction.Erase && Confirmation?.Trim() != card.Key)
                throw new ArgumentException("To erase a source, type its name exactly. Nothing was changed.");

            var request = new LedgerRequest { Actor = User.Identity?.Name ?? "", ReasonCode = Reason ?? "", LegalBasis = LegalBasis ?? "" };
            var entry = Desk.Order(action, index, request);
            metrics.Ordered(action.ToString().ToLowerInvariant());
            TempData["Done"] = $"{Said(action)} Entry {entry.Sequence} of the ledger says so.";
            return RedirectToPage("/Source", new { index });
        }
        catch (ArgumentException exception)
        {
            return Refused(Sentence.Of(exception), StatusCodes.Status400BadRequest);
        }
        catch (InvalidOperationException exception)
        {
            return Refused(Sentence.Of(exception), StatusCodes.Status409Conflict);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException or TimeoutException)
        {
            LogNotRecorded(exception);
            return Refused("The order may not have been carried out, because the ledger or the model could not be written. The ledger's page tells what is recorded; the log says why.", StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static string Said(LedgerAction action) => action switch
    {
        LedgerAction.Disable => "Unlearned: no answer uses this source from now on.",
        LedgerAction.Restore => "Restored: its sinks run again.",
        _ => "Erased: its weights are zero, here and on the disk.",
    };

    private PageResult Refused(string sentence, int statusCode)
    {
        metrics.Refused();
        Refuse(sentence, statusCode);
        return Page();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "An order failed.")]
    private partial void LogNotRecorded(Exception exception);
}
