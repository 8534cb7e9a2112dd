using ForgetDesk.Model;
using Microsoft.AspNetCore.Mvc;
using Nulls.Inference;

namespace ForgetDesk.Pages;

/// <summary>Asks the model, with sinks and without.</summary>
public sealed class IndexModel(Desk desk, Library library) : DeskPage
{
    private const int MostCharacters = 400;
    private const int ExampleCount = 4;

    [BindProperty]
    public string? Question { get; set; }

    [BindProperty]
    public string? Source { get; set; }

    [BindProperty]
    public string? Example { get; set; }

    public Exchange? Exchange { get; private set; }

    public IReadOnlyList<string> Examples { get; private set; } = [];

    public static string Explain(Answer answer, bool isOfSinks)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return answer.State switch
        {
            SinkState.Own => "The sinks of the source that was named ran.",
            SinkState.Routed => "The question led to the nearest sources in use; the likelihood of the question weighs them.",
            SinkState.Placebo => "The sinks of a source ran that has nothing to do with it.",
            _ => isOfSinks ? "No source in use is near the question: the backbone answered alone." : "Every sink is off: what the model knows of no source in particular.",
        };
    }

    public void OnGet() => Examples = Suggest();

    public async Task OnPostAsync(CancellationToken cancellationToken)
    {
        Examples = Suggest();
        // A button with an example is an ask of its own; what was typed is replaced.
        if (!string.IsNullOrEmpty(Example))
            (Question, Source) = (Example, null);
        ModelState.Clear();
        try
        {
            if (Question?.Length > MostCharacters || Source?.Length > MostCharacters)
                throw new ArgumentException($"A question and the name of a source have at most {MostCharacters} characters each. Shorten them.");
            Exchange = await desk.AskAsync(Question ?? "", Source, cancellationToken);
        }
        catch (ArgumentException exception)
        {
            Refuse(Sentence.Of(exception));
        }
        catch (InvalidOperationException)
        {
            Refuse("Too many questions wait. Ask again in a moment.", StatusCodes.Status503ServiceUnavailable);
        }
    }

    // Of articles in use alone, spread over them, each with another sort of fact.
    private List<string> Suggest()
    {
        var examples = new List<string>();
        foreach (var source in desk.Find("", isOfficer: false).Chunk(7).Select(chunk => chunk[0]))
        {
            var facts = source.Key is null ? [] : library.FactsOf(source.Key);
            if (facts.Count > 0 && examples.Count < ExampleCount)
                examples.Add(facts[examples.Count % facts.Count].Question);
        }

        return examples;
    }
}
