using System.Runtime.CompilerServices;
using System.Text;
using Madang.Platform.Web;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Madang.Images.Features;

/// <summary>One file of a form, with the fields that stood before it since the last file.</summary>
/// <param name="FileName">As the client sent it.</param>
/// <param name="Content">The bytes, to be read before the next part.</param>
/// <param name="Options">What stood before it.</param>
/// <param name="Refused">A field before it could not be taken; the file is refused for it.</param>
internal sealed record UploadPart(string? FileName, Stream Content, UploadOptions Options, Failure? Refused);

/// <summary>
/// Reads a multipart form part by part, as it comes, so that no file is ever whole in memory. Fields belong to the file that follows
/// them; fields behind the last file belong to it (see <see cref="Trailing"/>), which is what forms with the file first send.
/// </summary>
internal sealed class UploadForm(HttpRequest request, ImagesOptions limits)
{
    private const int MaxParts = 5000;

    /// <summary>The fields that stood behind the last file; known when all parts were read.</summary>
    public Result<UploadOptions> Trailing { get; private set; } = new UploadOptions();

    /// <summary>The boundary of the form, or 415 <c>upload.not_multipart</c>.</summary>
    public Result<string> Boundary()
    {
        var boundary = MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
                ? HeaderUtilities.RemoveQuotes(type.Boundary).Value
                : null;
        return string.IsNullOrEmpty(boundary) || boundary.Length > 100
            ? new Failure("upload.not_multipart", "Send the file as multipart/form-data in a field named `file`.", StatusCodes.Status415UnsupportedMediaType)
            : boundary;
    }

    public async IAsyncEnumerable<UploadPart> FilesAsync(string boundary, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var reader = new MultipartReader(boundary, request.Body) { HeadersCountLimit = 16, HeadersLengthLimit = 16 * 1024 };
        Result<UploadOptions> options = new UploadOptions();
        for (var parts = 0; await ReadAsync(() => reader.ReadNextSectionAsync(cancellation)) is { } section; parts++)
        {
            if (parts == MaxParts)
                throw new FailureException(new("upload.too_many_parts", $"A form may have at most {MaxParts} parts.", StatusCodes.Status413PayloadTooLarge));
            var disposition = section.GetContentDispositionHeader();
            if (disposition is not null && (disposition.FileName.HasValue || disposition.FileNameStar.HasValue))
            {
                var name = disposition.FileNameStar.HasValue ? disposition.FileNameStar : HeaderUtilities.RemoveQuotes(disposition.FileName);
                yield return new UploadPart(name.Value, section.Body, options.Succeeded(out var read, out var refused) ? read : new(), refused);
                options = new UploadOptions();
            }
            else if (options.Succeeded(out var soFar, out _))
            {
                var field = HeaderUtilities.RemoveQuotes(disposition?.Name ?? default).Value ?? "";
                options = soFar.With(field, await ReadAsync(() => ReadFieldAsync(section.Body, cancellation)), limits);
            }
        }
        Trailing = options;
    }

    private static async Task<string> ReadFieldAsync(Stream body, CancellationToken cancellation)
    {
        var buffer = new byte[UploadOptions.MaxFieldLength + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        return length <= UploadOptions.MaxFieldLength
            ? Encoding.UTF8.GetString(buffer, 0, length)
            : throw new FailureException(new("upload.field_too_long", $"A field may have at most {UploadOptions.MaxFieldLength} bytes."));
    }

    /// <summary>A form that ends in the middle or is no form is the sender's mistake, also where it ends within a file.</summary>
    public static async Task<T> ReadAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception error) when (error is InvalidDataException
            || (error is IOException and not ConnectionResetException and not BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }))
        {
            throw new FailureException(Broken);
        }
    }

    /// <summary>The form broke off.</summary>
    public static Failure Broken => new("upload.broken_form", "The form ended in the middle, or is not multipart/form-data as its header says.", StatusCodes.Status400BadRequest);
}
