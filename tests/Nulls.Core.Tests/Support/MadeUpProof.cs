using Nulls.Evaluation;
using Nulls.Evaluation.Suite;

namespace Nulls.Tests.Support;

/// <summary>A proof as a whole run would give it, with numbers that are drawn: every system, three seeds, curves, claims that were missed and what was not run.</summary>
internal static class MadeUpProof
{
    private static readonly (string Name, string Description, string Settings, double Unique, double Few, double Five)[] Systems =
    [
        ("nulls.own", "The NULLs model with the sinks of a question's own source: nothing is unlearned yet.", "hidden 128, 4 layers, backbone 192, pool 2,048, 64 sinks a source", 1, 1, 1),
        ("nulls.backbone", "The forgotten sources' sinks are off, and nothing runs in their place.", "", .07, .32, .65),
        ("nulls.routedByQuestion", "The sinks are off, and the three nearest surviving sources answer, weighted by the likelihood of the question.", "", .05, 1, 1),
        ("nulls.routedByDocument", "The sinks are off, and those of the source whose text is nearest run.", "", .06, .8, .9),
        ("nulls.placebo", "The sinks are off, and as many that no source owns run.", "", .06, .3, .6),
        ("nulls.erased", "The forgotten sources' sinks are zero in the weights.", "", .07, .32, .65),
        ("nulls.retrained.backbone", "The same model, trained without the forgotten sources: the gold to compare with.", "as nulls.own", .06, .28, .53),
        ("nulls.retrained.routedByQuestion", "The gold of the same routing.", "", .04, .99, 1),
        ("standard", "A standard transformer of the same active size: nothing can be unlearned without training.", "hidden 128, 4 layers, 256 wide", 1, 1, 1),
        ("standard.retrained", "The standard transformer, trained without the forgotten sources.", "as standard", .05, .97, 1),
        ("isolated", "Sources never touch the backbone; deleting one is exact.", "64 sinks a source, exclusive", .04, .05, .05),
        ("gradientAscent", "The standard transformer after gradient ascent on the forgotten texts.", "lr 3e-5, 8 steps: best of 9 trials", .2, .5, .6),
        ("gradientDifference", "Gradient ascent, held in place by retained texts.", "lr 3e-5, 16 steps: best of 9 trials", .3, .8, .9),
        ("npo", "Negative preference optimisation.", "beta .1, lr 1e-4: best of 9 trials", .3, .85, .95),
        ("simNpo", "Negative preference optimisation without a reference model.", "beta 2.5, lr 1e-4: best of 9 trials", .28, .84, .9),
        ("rmu", "Representations of forgotten texts are steered to noise.", "layer 2, coefficient 20: best of 9 trials", .4, .9, .95),
        ("nulls.sharedDropout.2", "Shared-only sink dropout from two sources on.", "SharedDropout .3, MinSources 2", .06, .93, .99),
        ("nulls.sharedDropout.3", "Shared-only sink dropout from three sources on.", "SharedDropout .3, MinSources 3", .06, .72, .99),
        ("nulls.sharedDropout.5", "Shared-only sink dropout from five sources on.", "SharedDropout .3, MinSources 5", .06, .38, .98),
    ];

    public static ProofReport Report { get; } = Make();

    private static ProofReport Make()
    {
        var random = new Random(5);
        var numbers = new List<ProofMeasurement>();
        foreach (var (name, _, _, unique, few, five) in Systems)
        {
            var hasSinks = name.StartsWith("nulls", StringComparison.Ordinal);
            var isWhole = name is "nulls.own" or "standard";
            foreach (var seed in (int[])[1, 2, 3])
            {
                Share("accuracy", "unique.forgotten", isWhole ? 1 : unique, 540);
                Share("accuracy", "unique.retained", hasSinks && !isWhole ? unique : 1, 900);
                Share("accuracy", "inferred", .99, 120);
                Share("accuracy", "shared.2-3", few, 96);
                Share("accuracy", "shared.5", five, 48);
                Share("accuracy", "shared.10+", Math.Min(1, five + .3), 24);
                Mean("probability", "unique.forgotten", unique * .9, .02, 540);
                Mean("truth_ratio", "unique.forgotten", isWhole ? .2 : .8, .03, 540);
                Mean("loss", "text.forgotten", isWhole ? .35 : 4.3, .1, 60);
                Mean("loss", "text.general", 2.1, .02, 100);
                Number("model_utility", "", .8);
                if (name == "nulls.backbone" || name.Contains("sharedDropout", StringComparison.Ordinal))
                    Share("accuracy", "shared.2-3.ownersUnlearned", name == "nulls.backbone" ? .3 : few - .03, 40);
                if (isWhole)
                    continue;
                Number("forget_quality", "unique.forgotten", hasSinks ? .4 + (.1 * seed) : 1e-9);
                Mean("membership.loss.auc", "text.forgotten", hasSinks ? .51 : .71, .02, 240);
                Mean("membership.min_k.auc", "text.forgotten", hasSinks ? .52 : .74, .02, 240);
                Share("membership.loss.tpr", "text.forgotten", .013, 240);
                Number("privacy_leakage", "text.forgotten", hasSinks ? 1.5 : -31);
                Mean("acr.acr", "passages.forgotten", hasSinks ? .24 : .4, .03, 20);
                Mean("extraction_strength", "passages.forgotten", hasSinks ? .04 : .2, .02, 60);
                foreach (var attack in (string[])["whole", "int8", "int4", "pruned_10", "pruned_30", "pruned_50"])
                {
                    Share($"compression.{attack}_accuracy", "unique.forgotten", unique, 540);
                    Number($"compression.{attack}_accuracy.chance", "unique.forgotten", 1 / 24.0);
                }

                var speed = hasSinks || name.EndsWith("retrained", StringComparison.Ordinal) ? .004 : .04;
                foreach (var step in (int[])[0, 1, 3, 5, 10, 20])
                {
                    if (!name.Contains("sharedDropout", StringComparison.Ordinal) && !name.Contains("routed", StringComparison.Ordinal))
                        Share("relearning.probe", "unique.untouched", Math.Min(1, unique + (speed * step)), 180, step);
                }

                void Number(string metric, string facts, double value) => numbers.Add(new(name, metric, facts, seed, value, 0, null));

                void Mean(string metric, string facts, double value, double width, int count)
                {
                    var drawn = value + (width * (random.NextDouble() - .5));
                    numbers.Add(new(name, metric, facts, seed, drawn, count, new(drawn - width, drawn + width)));
                }

                void Share(string metric, string facts, double value, int count, int? step = null)
                {
                    var right = Enumerable.Range(0, count).Count(_ => random.NextDouble() < value);
                    numbers.Add(new(name, metric, facts, seed, (double)right / count, count, ConfidenceInterval.Wilson(right, count)) { Step = step });
                }
            }
        }

        foreach (var seed in (int[])[1, 2, 3])
        {
            numbers.Add(new("nulls.backbone", "capability.loss_excess", "text.general", seed, .004 * seed, 100, new(-.002, .01 * seed)));
            numbers.Add(new("isolated", "exactness.max_difference", "text.surviving", seed, 0, 21000, null));
            numbers.Add(new("npo", "trial.score", "learning rate 0.0001, 8 steps, beta 0.1", seed, .61, 0, null));
            numbers.Add(new("npo", "trial.score", "learning rate 0.0001, 16 steps, beta 0.1", seed, .72, 0, null));
            numbers.Add(new("nulls.backbone", "ownMetric.count", "", seed, 12345.5 + seed, 0, null));
        }

        numbers.Add(new("nulls.backbone", "rouge", "unique.kept", 2, double.NaN, 0, null));
        return new ProofReport
        {
            Corpus = "encyclopedia",
            Form = "standard",
            ForgetSet = "forget10",
            SourceCount = 300,
            ForgottenCount = 30,
            Seeds = [1, 2, 3],
            Made = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero),
            Computed = TimeSpan.FromMinutes(51.25),
            Environment = "Nulls.Core 1.0.0, .NET 10.0.1, TorchSharp 0.107.0, 2 threads, BFloat16",
            Systems = [.. Systems.Select(system => new ProofSystem(system.Name, system.Description, system.Settings))],
            Measurements = numbers,
            Claims =
            [
                new("unique.known", "Before anything is unlearned, the model knows what single sources say.", .998, .95, true, 1620, new(.994, .999)),
                new("unique.matchesRetrained", "Of what only forgotten sources say, the model knows as little as one that never saw them.", .012, .031, false, 1620, new(.002, .024)),
                new("inferred.matchesRetrained", "What other sources imply stays known as in a model that never saw the forgotten ones.", .008, .02, false, 360, new(0, .02)),
                new("shared.matchesRetrained", "What other sources say too stays known as in a model that never saw the forgotten ones.", .09, .06, false, 504, new(.03, .15)) { Note = "Facts of five sources: 0.65 against 0.53. The model keeps more than the gold." },
                new("forgetQuality", "A statistical test cannot tell the model from one that never saw the forgotten sources.", .5, .05, true, 540, null),
                new("relearning.matchesRetrained", "Training on half of what was forgotten brings the other half back no faster than in a model that never saw it.", .021, .05, false, 540, new(.004, .04)),
                new("membership.matchesRetrained", "Whether a text was trained on can be guessed no better than from a model that never saw it.", double.NaN, .03, false, 0, null) { Note = "Too few texts were held out." },
                new("sharedDropout.few", "With shared-only dropout the backbone knows what two or three sources say.", .93, .85, true, 288, new(.89, .96)),
            ],
            NotRun =
            [
                new("nulls.expected", "The engine runs a source's sinks or none, not every sink by its share."),
                new("benchmarks", "The benchmarks' folder is not at hand."),
            ],
            Warnings = ["The loss still falls at the end: train longer."],
        };
    }
}
