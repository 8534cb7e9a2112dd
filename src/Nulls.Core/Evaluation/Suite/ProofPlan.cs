using Nulls.Training;

namespace Nulls.Evaluation.Suite;

/// <summary>The parts of a proof in the order in which they are computed: seed by seed, and first of each what decides whether the rest means anything.</summary>
internal sealed class ProofPlan(ProofQuestions questions, ProofOptions options, ProofModels models, ProofResults results, IReadOnlyList<int> seeds, CancellationToken cancellationToken)
{
    // A method is tuned by at most twelve short trainings.
    private const double TrainingWeight = 65;
    private const double TuningWeight = 18;

    private readonly Dictionary<string, ProofPart> _firstPhases = [];

    /// <summary>Gets what is not run, and why.</summary>
    public List<ProofOmission> Omissions { get; } = [];

    /// <summary>Lists the parts: a round for each seed, and the seed that is there for a second retrained model with the last.</summary>
    public IEnumerable<ProofTask> Tasks() => seeds.SelectMany((seed, i) => Tasks(seed).Select(task => task with { Round = Math.Min(i, options.Seeds.Count - 1) }));

    /// <summary>Says of everything that the suite has and this proof does not run why that is.</summary>
    public void ListOmissions()
    {
        foreach (var system in SystemCatalog.All.Where(system => !IsChosen(system)))
            Omissions.Add(new ProofOmission(system.Name, WhyNot(system) ?? "It was not among the systems asked for."));
        foreach (var attack in AttackMeasures.All.Where(attack => WhyNot(attack.From) is not null))
            Omissions.Add(new ProofOmission($"attack.{attack.Name}", WhyNot(attack.From)!)); // As was just seen.
        if (options.Form == ProofForm.Quick)
            Omissions.Add(new ProofOmission("attack.relearning", "The quick form attacks erased and retrained NULLs alone by relearning."));
        if (options.BenchmarkFolder is null || options.Form == ProofForm.Quick)
            Omissions.Add(new ProofOmission("benchmarks", WhyNot(ProofForm.Standard) ?? "No folder of benchmarks was given."));
        if (questions.Corpus.HeldOut.Count == 0)
            Omissions.Add(new ProofOmission("membership", "The corpus holds out no texts like those of its sources."));
        Omissions.Add(new ProofOmission("attack.hiddenStates", "Probes trained on hidden states are not part of the suite."));
        Omissions.Add(new ProofOmission("attack.otherLanguages", "Questions in other languages are not part of the suite."));
        Omissions.Add(new ProofOmission("membership.gradientNorm", "Membership by the norm of gradients is not part of the suite."));
    }

    private IEnumerable<ProofTask> Tasks(int seed)
    {
        SuiteSystem[] systems = [.. SystemCatalog.All.Where(IsChosen).Where(system => options.Seeds.Contains(seed) || system.Model == SystemCatalog.NullsRetrained)];
        var trained = new HashSet<string>();
        foreach (var system in systems)
        {
            if (trained.Add(system.Model))
            {
                foreach (var task in ModelTasks(system, seed, trained))
                    yield return task;
            }

            var asking = Task(system, seed, Stages.Facts, 4, subject => FactMeasures.Measure(subject, questions, seed, cancellationToken));
            yield return system.Name switch
            {
                SystemCatalog.Own => asking with { Check = () => Vacuity.RequireKnown(results, seed) },
                SystemCatalog.RetrainedBackbone when options.Seeds.Contains(seed) => asking with
                {
                    After = [.. asking.After, new ProofPart(SystemCatalog.Own, seed, Stages.Facts)],
                    Check = () => Vacuity.RequireForgettable(results, seed),
                },
                _ => asking,
            };
            if (system.ReadsTexts)
                yield return Task(system, seed, Stages.Texts, 2, subject => TextMeasures.Measure(subject, questions, seed, cancellationToken));
        }

        if (!options.Seeds.Contains(seed))
            yield break;
        foreach (var task in SideTasks(systems, seed, trained))
            yield return task;
    }

    private bool IsChosen(SuiteSystem system) =>
        system.Name == SystemCatalog.Own || (WhyNot(system) is null && (options.Systems.Count == 0 || options.Systems.Contains(system.Name)));

    private string? WhyNot(SuiteSystem system)
    {
        if (WhyNot(system.From) is { } reason)
            return reason;
        if (system.Method is not null && !PostHocTuning.IsPossible(questions))
            return "Its corpus has nothing but what is forgotten, so that nothing tells what the method keeps.";
        return system.MinSources > questions.SourceCount ? $"Its corpus has {questions.SourceCount} sources, and what {system.MinSources} state is all that its backbone would keep." : null;
    }

    private string? WhyNot(ProofForm from) => options.Form < from ? $"The form {options.Form.ToString().ToLowerInvariant()} leaves it out; {from.ToString().ToLowerInvariant()} runs it." : null;

    private IEnumerable<ProofTask> ModelTasks(SuiteSystem system, int seed, HashSet<string> trained)
    {
        if (system.Method is null)
        {
            yield return Training(system.Model, seed);
            yield break;
        }

        if (trained.Add(SystemCatalog.StandardModel))
            yield return Training(SystemCatalog.StandardModel, seed);
        yield return new ProofTask(TrainingOf(system.Model, seed), TuningWeight, _ =>
        {
            var (model, trials) = PostHocTuning.Run(models.Get(SystemCatalog.StandardModel, seed), system, questions, seed, cancellationToken);
            models.Keep(system.Model, seed, model);
            return trials;
        })
        {
            After = [TrainingOf(SystemCatalog.StandardModel, seed)],
        };
    }

    private IEnumerable<ProofTask> SideTasks(SuiteSystem[] systems, int seed, HashSet<string> trained)
    {
        foreach (var attack in AttackMeasures.All.Where(attack => options.Form >= attack.From))
        {
            foreach (var system in systems.Where(attack.Systems))
            {
                yield return Task(system, seed, $"{attack.Name}-{ProofDigest.OfOptions(attack.Budget(options))}", attack.Weight,
                    subject => AttackMeasures.Measure(attack, subject, questions, options, seed, cancellationToken));
            }
        }

        foreach (var system in systems.Where(system => RelearningMeasures.Attacks(system, options.Form)))
            yield return Task(system, seed, Stages.Relearning, 6, subject => RelearningMeasures.Measure(subject, questions, seed, cancellationToken));
        var names = systems.Select(system => system.Name).ToHashSet();
        if (names.Contains(SystemCatalog.Isolated))
        {
            if (trained.Add(SystemCatalog.IsolatedWithoutModel))
                yield return Training(SystemCatalog.IsolatedWithoutModel, seed);
            yield return new ProofTask(new ProofPart(SystemCatalog.IsolatedModel, seed, Stages.Exactness), 2, _ => IsolationMeasures.Measure(
                models.Get(SystemCatalog.IsolatedModel, seed), models.Get(SystemCatalog.IsolatedWithoutModel, seed), questions, seed, cancellationToken))
            {
                After = [TrainingOf(SystemCatalog.IsolatedModel, seed), TrainingOf(SystemCatalog.IsolatedWithoutModel, seed)],
            };
        }

        if (names.Contains(SystemCatalog.Backbone) && names.Contains(SystemCatalog.Standard) && questions.Corpus.GeneralHeldOut.Count >= 2)
        {
            var compared = options.Form == ProofForm.Quick ? options with { BenchmarkFolder = null } : options;
            var stage = $"{Stages.Capability}-{ProofDigest.Of([compared.BenchmarkFolder ?? "", $"{options.MostBenchmarkQuestions}"])}";
            yield return new ProofTask(new ProofPart(SystemCatalog.Backbone, seed, stage), compared.BenchmarkFolder is null ? 1 : 20, _ =>
            {
                using var backbone = Open(SystemCatalog.Get(SystemCatalog.Backbone), seed);
                using var standard = Open(SystemCatalog.Get(SystemCatalog.Standard), seed);
                return CapabilityMeasures.Measure(backbone, standard, questions, compared, seed, cancellationToken);
            })
            {
                After = [TrainingOf(SystemCatalog.Nulls, seed), TrainingOf(SystemCatalog.StandardModel, seed)],
            };
        }
    }

    private ProofTask Training(string model, int seed)
    {
        var part = TrainingOf(model, seed);
        var task = new ProofTask(part, TrainingWeight, done => models.Train(model, seed, new Steps(done), cancellationToken));
        // What one training of several makes first, the others wait for.
        return models.FirstPhaseOf(model, seed) is { } path && !_firstPhases.TryAdd(path, part) ? task with { After = [_firstPhases[path]] } : task;
    }

    private ProofTask Task(SuiteSystem system, int seed, string stage, double weight, Func<Subject, StageResult> measure) => new(new ProofPart(system.Name, seed, stage), weight, _ =>
    {
        using var subject = Open(system, seed);
        return measure(subject);
    })
    {
        After = [TrainingOf(system.Model, seed)],
    };

    private static ProofPart TrainingOf(string model, int seed) => new(model, seed, Stages.Training);

    private Subject Open(SuiteSystem system, int seed) => Subject.Open(system, questions, models.Get(system.Model, seed));

    // On the thread that trains.
    private sealed class Steps(Action<double> done) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => done((double)value.Step / value.StepCount);
    }
}
