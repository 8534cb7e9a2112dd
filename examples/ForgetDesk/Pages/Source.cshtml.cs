using ForgetDesk.Model;
using Microsoft.AspNetCore.Mvc;
using Nulls.MLNet.Hosting;
using Nulls.Unlearning;

namespace ForgetDesk.Pages;

/// <summary>A source: its article while it is in use, what erasing it would take from others, and the orders that an officer may give.</summary>
public sealed class SourceModel(Desk desk, IUnlearningService unlearning, Library library) : DeskPage
{
    public SourceCard Card { get; private set; } = null!; // OnGet sets it before the page is written.

    public string? Text { get; private set; }

    public ErasureImpact? Impact { get; private set; }

    public IReadOnlyList<(SourceCard Source, int SinksLost)> MostAffected { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(int index, CancellationToken cancellationToken)
    {
        if (desk.Get(index, IsOfficer) is not { } card)
            return NotFound();

        Card = card;
        if (card.Key is not null)
        {
            // What is unlearned is not shown to anyone: to restore it takes its name alone.
            Text = card.Status == SourceStatus.InUse ? library.TextOf(card.Key) : null;
            Impact = await unlearning.GetImpactAsync([card.Key], cancellationToken);
            MostAffected = desk.MostAffected(Impact);
        }

        return Page();
    }
}
