using Microsoft.ML;
using Microsoft.ML.Data;

namespace Nulls.MLNet.Persistence;

/// <summary>Finds the NULLs models inside a model, and rebuilds the model around changed ones.</summary>
internal static class ModelParts
{
    /// <summary>Returns every NULLs model inside, in order.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static List<NullsTransformer> Find(ITransformer model)
    {
        var found = new List<NullsTransformer>();
        Collect(model, found);
        return found.Count > 0 ? found : throw new ArgumentException(
            $"The model holds no NULLs model, so it has no sources to change: it is a {Describe(model)}.", nameof(model));
    }

    /// <summary>Returns a model of the same type with each NULLs model replaced.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static ITransformer Replace(ITransformer model, Func<NullsTransformer, NullsTransformer> change)
    {
        var replacements = new Dictionary<NullsTransformer, NullsTransformer>();
        try
        {
            foreach (var part in Find(model))
            {
                if (!replacements.ContainsKey(part))
                    replacements.Add(part, change(part));
            }
        }
        catch
        {
            foreach (var replacement in replacements.Values)
                replacement.Dispose();
            throw;
        }

        return Rebuild(model, replacements);
    }

    private static void Collect(ITransformer model, List<NullsTransformer> found)
    {
        if (model is NullsTransformer part)
            found.Add(part);
        else if (MLNetInternals.OpenChain(model) is { } chain)
            Array.ForEach(chain.Transformers, transformer => Collect(transformer, found));
    }

    private static ITransformer Rebuild(ITransformer model, Dictionary<NullsTransformer, NullsTransformer> replacements)
    {
        if (model is NullsTransformer part)
            return replacements[part];
        if (MLNetInternals.OpenChain(model) is not { } chain)
            return model;

        // The type of a chain names its last transformer, which stays the same.
        IEnumerable<ITransformer> transformers = [.. chain.Transformers.Select(transformer => Rebuild(transformer, replacements))];
        IEnumerable<TransformerScope> scopes = chain.Scopes;
        return (ITransformer)Activator.CreateInstance(model.GetType(), transformers, scopes)!; // Chains are reference types.
    }

    private static string Describe(ITransformer model) => MLNetInternals.OpenChain(model) is { } chain
        ? $"chain of {(chain.Transformers.Length == 0 ? "nothing" : string.Join(", ", chain.Transformers.Select(transformer => transformer.GetType().Name)))}"
        : model.GetType().Name;
}
