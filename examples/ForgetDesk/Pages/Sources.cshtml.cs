using ForgetDesk.Model;
using Microsoft.AspNetCore.Mvc;

namespace ForgetDesk.Pages;

/// <summary>Finds sources. What is searched for is posted, so that no name stands in an address, a log or a history.</summary>
public sealed class SourcesModel(DeskHost host) : DeskPage(host)
{
    private const int MostCharacters = 200;

    [BindProperty]
    public string? Text { get; set; }

    public IReadOnlyList<SourceCard> Found { get; private set; } = [];

    public IReadOnlyDictionary<SourceStatus, int> Counts { get; private set; } = new Dictionary<SourceStatus, int>();

    public void OnGet() => Search();

    public void OnPost()
    {
        if (Text?.Length > MostCharacters)
            Refuse($"A search has at most {MostCharacters} characters. Shorten it.");
        else
            Search();
    }

    private void Search() => (Found, Counts) = (Desk.Find(Text, IsOfficer), Desk.Counts);
}
