using ForgetDesk.Model;
using ForgetDesk.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Nulls.Unlearning;

namespace ForgetDesk.Pages;

/// <summary>Takes an officer's order about a source. It is seen only where an order was refused.</summary>
[Authorize(Policy = nameof(DeskRole.Officer))]
public sealed partial class OrderModel(Desk desk, Orders orders, ILogger<OrderModel> log) : DeskPage
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

    public async Task<IActionResult> OnPostAsync(int index)
    {
        Index = index;
        try
        {
            if (desk.Get(index, isOfficer: true) is not { } card)
                return NotFound();
            if (!ModelState.IsValid || Action is not { } action)
                throw new ArgumentException("The order is none that the desk knows: it must be to unlearn, to restore or to erase.");
            if (action == LedgerAction.Erase && Confirmation?.Trim() != card.Key)
                throw new ArgumentException("To erase a source, type its name exactly. Nothing was changed.");

            var request = new LedgerRequest { Actor = User.Identity?.Name ?? "", ReasonCode = Reason ?? "", LegalBasis = LegalBasis ?? "" };
            var order = await orders.GiveAsync(action, index, request);
            TempData["Done"] = $"{Said(action, order.IsSaved)} Entry {order.Entry.Sequence} of the ledger says so.";
            if (Missing(action, order) is { Length: > 0 } missing)
                TempData["Missing"] = missing;
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
            return Refused($"{Sentence.Of(exception)} What was ordered before holds, and the desk goes on answering.", StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static string Said(LedgerAction action, bool isSaved) => action switch
    {
        LedgerAction.Disable => "Unlearned: no answer uses this source from now on.",
        LedgerAction.Restore => "Restored: its sinks run again.",
        _ => isSaved ? "Erased: its weights are zero, here and on the disk." : "Erased here: its weights are zero in what answers.",
    };

    // A full disk is the cause of both.
    private static string Missing(LedgerAction action, Order order)
    {
        var file = order.IsSaved ? "" : "The model on the disk could not be written, and still holds it. Make room: the desk tries again every minute, and at every start. The figures tell when it is done. ";
        var certificate = order.IsCertified || action == LedgerAction.Restore ? "" : "Its certificate could not be written; the log says why. The order holds without.";
        return (file + certificate).Trim();
    }

    private PageResult Refused(string sentence, int statusCode)
    {
        Refuse(sentence, statusCode);
        return Page();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "An order failed.")]
    private partial void LogNotRecorded(Exception exception);
}
