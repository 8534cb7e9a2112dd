using System.Runtime.InteropServices;
using Nulls.Evaluation.Corpora;
using Nulls.Torch;

namespace Nulls.Evaluation.Suite;

/// <summary>The proof of unlearning: trains NULLs, what they are compared with and what never saw the forgotten sources, asks and attacks all of them, and weighs the claims.</summary>
/// <remarks>
/// Everything is computed once and kept in the folder's cache, model by model and measurement by measurement, so that a run that was stopped
/// goes on with the next, and a larger form takes over what a smaller one computed. One run at a time in a folder.
/// </remarks>
public static class ProofSuite
{
    /// <summary>Runs a proof on a corpus. Corpus, options and folder are checked before any training.</summary>
    /// <param name="corpus">The texts, what to forget, and questions whose answers are known.</param>
    /// <param name="options">What is run. Null, the default, takes the defaults.</param>
    /// <param name="progress">Told where the proof stands, on the threads that compute, one at a time.</param>
    /// <param name="cancellationToken">Stops between two parts or steps; the next run goes on.</param>
    /// <exception cref="ArgumentException">The corpus' parts do not fit each other, a question has no answer, no unique fact of the set to forget is asked for, or an option is outside its range.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder of benchmarks does not exist.</exception>
    /// <exception cref="InvalidOperationException">The model never learned what it should forget, so that forgetting would be vacuous; what was computed stays in the cache.</exception>
    /// <exception cref="InvalidDataException">A file of the cache is damaged.</exception>
    /// <exception cref="IOException">The folder cannot be written, or another process proves in it.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ProofReport Run(ProofCorpus corpus, ProofOptions? options = null, IProgress<ProofProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        options ??= new ProofOptions();
        options.Validate();
        corpus.Validate();
        // A proof that is complete loads no model, and its report asks Torch for the threads all the same.
        NativeBackend.EnsureLoaded();
        var forget = options.ForgetSet is null ? corpus.ForgetSets[0] : corpus.ForgetSet(options.ForgetSet);
        var questions = new ProofQuestions(corpus, forget);
        if (questions.Unique.Count == 0)
            throw new ArgumentException($"No question of the corpus '{corpus.Name}' asks for what only the sources of '{forget.Name}' state, so that forgetting them cannot be shown. Give questions of the kind Unique about them.", nameof(corpus));

        var textless = corpus.Documents.GroupBy(document => document.Source!).Where(texts => texts.All(text => string.IsNullOrWhiteSpace(text.Text))).Select(texts => $"'{texts.Key}'").ToArray(); // Each has a source, as was checked.
        if (textless.Length > 0)
            throw new ArgumentException($"{textless.Length} sources of the corpus '{corpus.Name}' have no text, so that no model would know them: {string.Join(", ", textless.Take(10))}{(textless.Length > 10 ? ", ..." : "")}. Leave them out.", nameof(corpus));

        var digest = ProofDigest.OfModels(questions, options.Bundle);
        using var cache = new ProofCache(options.Folder, digest, ProofDigest.OfQuestions(corpus));
        var tokenizerFile = cache.TokenizerFile(digest);
        ProofModels.MakeTokenizer(questions, options.Bundle.Tokenizer, tokenizerFile);
        var seeds = options.Seeds.Count > 1 ? options.Seeds : [options.Seeds[0], options.Seeds[0] + 1];
        var results = new ProofResults();
        using var models = new ProofModels(questions, options.Bundle, cache, tokenizerFile);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var plan = new ProofPlan(questions, options, models, results, seeds, stop.Token);
        new ProofRun(cache, results, models, progress, TimeProvider.System, stop).Compute([.. plan.Tasks()], options.Workers);
        plan.ListOmissions();
        return Report(questions, options, results, seeds, plan.Omissions);
    }

    private static ProofReport Report(ProofQuestions questions, ProofOptions options, ProofResults results, IReadOnlyList<int> seeds, List<ProofOmission> omissions)
    {
        ProofMeasurement[] measurements = [.. results.Measurements, .. CrossMeasures.Of(results, seeds)];
        var measured = measurements.Select(number => number.System).ToHashSet();
        var claims = ProofClaims.Of(measurements);
        return new ProofReport
        {
            Corpus = questions.Corpus.Name,
            Form = options.Form.ToString().ToLowerInvariant(),
            ForgetSet = questions.Forget.Name,
            SourceCount = questions.SourceCount,
            ForgottenCount = questions.Forget.Sources.Count,
            Seeds = options.Seeds,
            Made = TimeProvider.System.GetUtcNow(),
            Computed = TimeSpan.FromSeconds(results.Seconds),
            Environment = $"Nulls.Core {typeof(ProofSuite).Assembly.GetName().Version}, TorchSharp {typeof(TorchSharp.torch).Assembly.GetName().Version}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, "
                + $"{RuntimeInformation.ProcessArchitecture}, {options.Workers} {(options.Workers == 1 ? "worker" : "workers")} of {ProofRun.ThreadsAWorker(options.Workers)} {(ProofRun.ThreadsAWorker(options.Workers) == 1 ? "thread" : "threads")}, training in {options.Bundle.Training.Precision}; one tokenizer for all systems, trained on the whole corpus",
            Systems = [.. Described(results).Where(system => measured.Contains(system.Name))],
            Measurements = measurements,
            Claims = claims.Claims,
            NotRun = [.. omissions, .. claims.Omissions],
            Warnings = [.. results.Warnings],
        };
    }

    private static IEnumerable<ProofSystem> Described(ProofResults results)
    {
        foreach (var system in SystemCatalog.All)
        {
            yield return new ProofSystem(system.Name, system.Description, results.SettingsOf(system.Name, system.Model));
            if (system.Name == SystemCatalog.Erased)
                yield return new ProofSystem(SystemCatalog.Gated, "NULLs whose sources are only unlearned, in the hands of an attacker who has the file and opens their sinks: what gating cannot prevent, and erasing does.");
        }
    }
}
