using ForgetDesk.Model;
using Microsoft.AspNetCore.Mvc;

namespace ForgetDesk.Pages;

/// <summary>Finds sources. What is searched for is posted, so that no name stands in an address, a log or a history.</summary>
public sealed class SourcesModel(Desk desk) : DeskPage
{
    private const int MostCharacters = 200;

    [BindProperty]
    public string? Text { get; set; }

    public IReadOnlyList<SourceCard> Found { get; private set; } = [];

    public void OnGet() => Search();

    public void OnPost()
    {
        if (Text?.Length > MostCharacters)
            Refuse($"A search has at most {MostCharacters} characters. Shorten it.");
        else
            Search();
    }

    private void Search() => Found = desk.Find(Text, IsOfficer);
}
