namespace ForgetDesk;

/// <summary>What is shown of an error.</summary>
internal static class Sentence
{
    /// <summary>Gives an exception's message, without the parameter's name that .NET appends to it.</summary>
    public static string Of(Exception exception)
    {
        var text = exception.Message;
        var suffix = text.IndexOf(" (Parameter '", StringComparison.Ordinal);
        return suffix < 0 ? text : text[..suffix];
    }
}
