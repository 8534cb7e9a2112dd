using Nulls.Inference;

namespace Nulls.Evaluation;

/// <summary>What sinks cost in ability: a model with sinks against one without of the same active size and data, by loss on general text and by benchmarks.</summary>
/// <remarks>Both run as they route texts of no source; for the paper's comparison that is the backbone. Models of some millions of weights are near chance in most benchmarks: <see cref="Summary"/> says so.</remarks>
public sealed record CapabilityComparison
{
    /// <summary>Gets the first model's mean loss a token on general text, in nats, with an interval over texts.</summary>
    public required MetricResult NullsLoss { get; init; }

    /// <summary>Gets the second's.</summary>
    public required MetricResult StandardLoss { get; init; }

    /// <summary>Gets by which share the first's loss is greater; negative when it is smaller. Texts are redrawn together for the interval.</summary>
    public required MetricResult LossExcess { get; init; }

    /// <summary>Gets the benchmarks, by name.</summary>
    public required IReadOnlyList<BenchmarkComparison> Benchmarks { get; init; }

    /// <summary>Gets what follows, in words.</summary>
    public string Summary
    {
        get
        {
            var loss = $"On {NullsLoss.Count} general texts the loss is {NullsLoss.Value:F3} nats a token against {StandardLoss.Value:F3}: {Math.Abs(LossExcess.Value):P1} {(LossExcess.Value > 0 ? "more" : "less")}.";
            if (Benchmarks.Count == 0)
                return loss + " No benchmark was run.";
            string[] near = [.. Benchmarks.Where(benchmark => benchmark.IsNearChance).Select(benchmark => benchmark.Name)];
            var within = Benchmarks.Count(benchmark => benchmark.IsWithinStandardError);
            return $"{loss} In {within} of {Benchmarks.Count} benchmarks it is at most one standard error worse. "
                + (near.Length == 0 ? "Some ability above chance shows in each." : $"Both models are near chance, so that nothing follows, in {near.Length}: {string.Join(", ", near)}.");
        }
    }

    /// <summary>Compares two models.</summary>
    /// <param name="nulls">The model with sinks.</param>
    /// <param name="standard">The model to compare with; its tokens must be the same.</param>
    /// <param name="generalTexts">Texts that neither was trained on, at least 2.</param>
    /// <param name="benchmarkFolder">A folder whose files <c>*.jsonl</c> are benchmarks (<see cref="BenchmarkReader"/>); null for none.</param>
    /// <param name="mostQuestions">The most questions of a benchmark, drawn by the seed; 2 or more, and the default is 200.</param>
    /// <param name="seed">What questions and intervals are drawn by; the default is 0.</param>
    /// <param name="cancellationToken">Checked between passes.</param>
    /// <exception cref="ArgumentException">The tokenizers differ, or there are too few texts or questions.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">A file is no benchmark, or the folder has none.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static CapabilityComparison Run(
        NullsBundle nulls, NullsBundle standard, IReadOnlyList<string> generalTexts, string? benchmarkFolder, int mostQuestions = 200, int seed = 0,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(nulls);
        ArgumentNullException.ThrowIfNull(standard);
        ArgumentNullException.ThrowIfNull(generalTexts);
        ArgumentOutOfRangeException.ThrowIfLessThan(mostQuestions, 2);
        if (!TokenizerOf(nulls).AsSpan().SequenceEqual(TokenizerOf(standard)))
        {
            throw new ArgumentException(
                $"Losses a token compare only between models with the same tokens, and these have different tokenizers, of {nulls.Tokenizer.VocabularySize:N0} and {standard.Tokenizer.VocabularySize:N0} tokens. " +
                "Train both on the same texts, or with one tokenizer.", nameof(standard));
        }

        if (generalTexts.Count < 2)
            throw new ArgumentException($"A comparison needs at least 2 general texts, and has {generalTexts.Count}.", nameof(generalTexts));

        // Read before anything is computed, so that a damaged file costs no time.
        var benchmarks = Read(benchmarkFolder, mostQuestions, seed);
        var first = Losses(nulls, generalTexts, cancellationToken);
        var second = Losses(standard, generalTexts, cancellationToken);
        return new CapabilityComparison
        {
            NullsLoss = Over("nulls_loss", first, texts => MeanLoss(first, texts), seed),
            StandardLoss = Over("standard_loss", second, texts => MeanLoss(second, texts), seed),
            LossExcess = Over("loss_excess", first, texts => (MeanLoss(first, texts) / MeanLoss(second, texts)) - 1, seed),
            Benchmarks = [.. benchmarks.Select(benchmark => Compare(benchmark.Name, benchmark.Questions))],
        };

        BenchmarkComparison Compare(string name, IReadOnlyList<BenchmarkQuestion> questions)
        {
            var ours = BenchmarkAccuracy.Measure(nulls, name, questions, cancellationToken);
            var theirs = BenchmarkAccuracy.Measure(standard, name, questions, cancellationToken);
            double[] differences = [.. ours.Accuracy.ValuesByIndex["score"].Zip(theirs.Accuracy.ValuesByIndex["score"], (x, y) => x - y)];
            return new BenchmarkComparison { Name = name, NullsAccuracy = ours, StandardAccuracy = theirs, Difference = MetricResult.OfMean(name + "_difference", differences) with { Seed = seed } };
        }
    }

    private static (string Name, IReadOnlyList<BenchmarkQuestion> Questions)[] Read(string? folder, int most, int seed)
    {
        if (folder is null)
            return [];
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"There is no folder '{folder}' to read benchmarks from.");
        string[] files = [.. Directory.GetFiles(folder, "*.jsonl").Order(StringComparer.Ordinal)];
        if (files.Length == 0)
            throw new InvalidDataException($"The folder '{folder}' has no benchmark: no file '*.jsonl'.");
        return [.. files.Select(file =>
        {
            var questions = BenchmarkReader.Read(file);
            return (Path.GetFileNameWithoutExtension(file), (IReadOnlyList<BenchmarkQuestion>)[.. new Random(seed).Permutation(questions.Count).Take(most).Order().Select(i => questions[i])]);
        })];
    }

    private static (double Sum, int Count)[] Losses(NullsBundle model, IReadOnlyList<string> texts, CancellationToken cancellationToken) =>
        [.. model.Score([.. texts.Select(text => new ScoringRequest(text, null))], ScoringOutputs.LogProbabilities, cancellationToken: cancellationToken)
            .Select(result => (-result.TokenLogProbabilities.Sum(value => (double)value), result.TokenLogProbabilities.Count))];

    private static double MeanLoss((double Sum, int Count)[] losses, IReadOnlyList<double> texts) => texts.Sum(i => losses[(int)i].Sum) / texts.Sum(i => losses[(int)i].Count);

    // The same tokenizer is written as the same bytes.
    private static byte[] TokenizerOf(NullsBundle model)
    {
        using var bytes = new MemoryStream();
        model.Tokenizer.Save(bytes);
        return bytes.ToArray();
    }

    // The bootstrap redraws the numbers of texts.
    private static MetricResult Over(string name, (double Sum, int Count)[] losses, Func<IReadOnlyList<double>, double> statistic, int seed)
    {
        double[] all = [.. Enumerable.Range(0, losses.Length).Select(i => (double)i)];
        return new MetricResult { Name = name, Value = statistic(all), Count = losses.Length, Interval = ConfidenceInterval.Bootstrap(all, statistic, seed), Seed = seed };
    }
}
