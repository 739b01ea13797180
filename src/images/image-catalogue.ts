import {readFileSync} from 'node:fs';
import {z} from 'zod';
import {AppError} from '../errors.ts';
import {Image} from './image.schema.ts';

const CatalogueFile = z
	.array(Image)
	.min(1)
	.refine(images => new Set(images.map(image => image.id)).size === images.length, 'each id once')
	.refine(images => images.filter(image => image.isDefault).length === 1, 'exactly one image is the default');

export type ImageCatalogue = ReturnType<typeof createImageCatalogue>;

/** The images that workspaces may run: a list that the operator writes. */
export const createImageCatalogue = (images: Image[]) => ({
	all: (): Image[] => images,

	/** Rejects with CATALOGUE_IMAGE_NOT_FOUND. */
	get(id: string): Image {
		const image = images.find(candidate => candidate.id === id);
		if (!image) throw new AppError('CATALOGUE_IMAGE_NOT_FOUND');
		return image;
	},

	/** The image for a new workspace; without an id the default one. Rejects with IMAGE_NOT_IN_CATALOGUE. */
	require(id: string | undefined): Image {
		const image = images.find(candidate => (id === undefined ? candidate.isDefault : candidate.id === id));
		if (!image) {
			throw new AppError(
				'IMAGE_NOT_IN_CATALOGUE',
				{image: id ?? 'default'},
				{fields: [{path: 'image', code: 'IMAGE_NOT_IN_CATALOGUE'}]},
			);
		}
		return image;
	},
});

/** Reads the catalogue's file; throws with one sentence that names the file when it is not one. */
export const readImageCatalogue = (path: string): ImageCatalogue => {
	const parsed = CatalogueFile.safeParse(JSON.parse(readFileSync(path, 'utf8')));
	if (!parsed.success) throw new Error(`The image catalogue ${path} is not valid: ${z.prettifyError(parsed.error)}`);
	return createImageCatalogue(parsed.data);
};
