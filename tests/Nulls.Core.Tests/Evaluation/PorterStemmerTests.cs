using Nulls.Evaluation;

namespace Nulls.Tests.Evaluation;

public class PorterStemmerTests
{
    // By NLTK 3.8's PorterStemmer: the examples of Porter's paper, the words that NLTK treats otherwise, and some more.
    [Theory]
    [InlineData("caresses:caress ponies:poni dies:die ties:tie caress:caress cats:cat feed:feed agreed:agre disabled:disabl plastered:plaster bled:bled motoring:motor sing:sing")]
    [InlineData("conflated:conflat troubled:troubl sized:size hopping:hop tanned:tan falling:fall hissing:hiss fizzed:fizz failing:fail filing:file happy:happi enjoy:enjoy")]
    [InlineData("spied:spi died:die flies:fli skies:sky dying:die news:news relational:relat conditional:condit rational:ration valenci:valenc hesitanci:hesit digitizer:digit")]
    [InlineData("conformabli:conform radically:radic differently:differ vilely:vile analogously:analog vietnamization:vietnam predication:predic operator:oper feudalism:feudal")]
    [InlineData("decisiveness:decis hopefulness:hope callousness:callous formaliti:formal sensitiviti:sensit sensibiliti:sensibl triplicate:triplic formative:form formalize:formal")]
    [InlineData("electriciti:electr electrical:electr hopeful:hope goodness:good revival:reviv allowance:allow inference:infer airliner:airlin gyroscopic:gyroscop adjustable:adjust")]
    [InlineData("defensible:defens irritant:irrit replacement:replac adjustment:adjust dependent:depend adoption:adopt homologou:homolog communism:commun activate:activ angulariti:angular")]
    [InlineData("homologous:homolog effective:effect bowdlerize:bowdler probate:probat rate:rate cease:ceas controll:control roll:roll geology:geolog archaeology:archaeolog")]
    [InlineData("hopefully:hope generally:gener really:realli innings:inning succeed:succeed using:use owed:owe eyed:eye 1920s:1920 lgbtq:lgbtq celebrated:celebr literary:literari")]
    public void Stems_are_those_of_NLTK(string words) => Assert.All(words.Split(' '), pair =>
    {
        var parts = pair.Split(':');
        Assert.Equal($"{parts[0]} {parts[1]}", $"{parts[0]} {PorterStemmer.Stem(parts[0])}");
    });
}
