namespace ForgetDesk;

/// <summary>How much is trained at the first start.</summary>
public enum DeskSize
{
    /// <summary>200 articles: two minutes on two cores.</summary>
    Default,

    /// <summary>100 articles: about a minute.</summary>
    Small,

    /// <summary>40 articles: some seconds, for tests. It knows its articles, but keeps little of what few of them share.</summary>
    Tiny,
}
