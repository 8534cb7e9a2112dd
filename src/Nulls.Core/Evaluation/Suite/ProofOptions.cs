using Nulls.Evaluation.Attacks;

namespace Nulls.Evaluation.Suite;

/// <summary>What a proof runs, and what each part may spend.</summary>
public sealed record ProofOptions
{
    /// <summary>Gets how much is run; the default is <see cref="ProofForm.Standard"/>.</summary>
    public ProofForm Form { get; init; } = ProofForm.Standard;

    /// <summary>Gets the seeds, each a training of every system; at least 1, all different. The default is 1, 2 and 3.</summary>
    /// <remarks>How far two retrained models lie apart needs two of them: with one seed, a retrained model of the next seed is trained too.</remarks>
    public IReadOnlyList<int> Seeds { get; init; } = [1, 2, 3];

    /// <summary>Gets the name of the corpus' set to forget; null, the default, takes its first.</summary>
    public string? ForgetSet { get; init; }

    /// <summary>Gets how the NULLs model is made; every other system follows from it. The default is that of <see cref="NullsBundleOptions"/>.</summary>
    /// <remarks>Seed, work folder, routing, salt and tokenizer are the suite's own: all systems share a tokenizer, trained as these options say on the whole corpus.</remarks>
    public NullsBundleOptions Bundle { get; init; } = new();

    /// <summary>Gets the folder whose <c>cache</c> keeps models and measurements, so that a run that ends goes on with the next; made when it is missing. The default is <c>proof</c>.</summary>
    /// <remarks>It holds the weights of all sources, forgotten ones too: delete the cache when the report is all that is needed.</remarks>
    public string Folder { get; init; } = "proof";

    /// <summary>Gets how many parts, trainings and measurements, are computed at a time, 1 to 256, each with its share of Torch's threads; the default is 1.</summary>
    /// <remarks>
    /// Small networks hardly use a second thread, so that as many workers as cores are the faster; each holds what a training holds, and on
    /// a GPU they share its memory. Threads change the last bits of what is trained: as many workers as cores give those of one thread.
    /// </remarks>
    public int Workers { get; init; } = 1;

    /// <summary>Gets the names of the systems to run; the default, none, is all of the form. <c>nulls.own</c> is always run.</summary>
    public IReadOnlyList<string> Systems { get; init; } = [];

    /// <summary>Gets a folder of benchmarks (<see cref="BenchmarkReader"/>); null, the default, runs none.</summary>
    public string? BenchmarkFolder { get; init; }

    /// <summary>Gets the most questions of a benchmark, 2 or more; the default is 200.</summary>
    public int MostBenchmarkQuestions { get; init; } = 200;

    /// <summary>Gets the budget of adversarial prompts; null, the default, takes the form's: 30 texts of 8 tokens, prompts of up to 15 and 16 steps at the first length, or the full budget.</summary>
    public AdversarialCompressionOptions? AdversarialPrompts { get; init; }

    /// <summary>Gets the budget of drawn answers; null, the default, takes the form's: 2 draws at each of three temperatures, or 8.</summary>
    public DecodingAttackOptions? Decoding { get; init; }

    /// <summary>Checks every value that does not depend on the corpus.</summary>
    /// <exception cref="ArgumentException">A value is outside its range, or a system has no such name.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder of benchmarks does not exist.</exception>
    public void Validate()
    {
        if (!Enum.IsDefined(Form))
            throw new ArgumentOutOfRangeException(nameof(Form), Form, "Form must be Quick, Standard or Full.");
        if (Seeds.Count == 0 || Seeds.Distinct().Count() < Seeds.Count)
            throw new ArgumentException($"A proof needs at least one seed, and each once; got: {string.Join(", ", Seeds)}.", nameof(Seeds));
        ArgumentException.ThrowIfNullOrWhiteSpace(Folder);
        ArgumentOutOfRangeException.ThrowIfLessThan(Workers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Workers, 256);
        Bundle.Validate();
        var names = SystemCatalog.All.Select(system => system.Name).ToArray();
        var unknown = Systems.Where(name => !names.Contains(name)).Select(name => $"'{name}'").ToArray();
        if (unknown.Length > 0)
            throw new ArgumentException($"There is no system {string.Join(", ", unknown)}. There are: {string.Join(", ", names)}.", nameof(Systems));
        if (BenchmarkFolder is not null && !Directory.Exists(BenchmarkFolder))
            throw new DirectoryNotFoundException($"There is no folder '{BenchmarkFolder}' to read benchmarks from.");
        ArgumentOutOfRangeException.ThrowIfLessThan(MostBenchmarkQuestions, 2);
        AdversarialPrompts?.Validate();
        Decoding?.Validate();
    }

    internal AdversarialCompressionOptions PromptBudget => AdversarialPrompts
        ?? (Form == ProofForm.Full ? new() : new() { MostTexts = 30, MostTargetTokens = 8, MostPromptTokens = 15, StepsPerLength = 16, CandidatesPerStep = 40 });

    internal DecodingAttackOptions DecodingBudget => Decoding ?? new() { SamplesPerTemperature = Form == ProofForm.Full ? 8 : 2 };
}
