import {authorize} from '../http/authorize.ts';
import {type AppRouter, createApiRouter} from '../http/router.ts';
import type {ImageCatalogue} from './image-catalogue.ts';

export const createImageRouter = ({images}: {images: ImageCatalogue}): AppRouter => {
	const router = createApiRouter();

	/**
	 * @openapi
	 * /api/v1/images:
	 *   get:
	 *     tags: [Images]
	 *     operationId: listImages
	 *     summary: The images that workspaces may run
	 *     responses:
	 *       200:
	 *         description: The catalogue
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/ImageList'}}}
	 */
	router.get('/images', authorize('image.list'), ctx => {
		ctx.body = {items: images.all()};
	});

	/**
	 * @openapi
	 * /api/v1/images/{id}:
	 *   get:
	 *     tags: [Images]
	 *     operationId: getImage
	 *     summary: One image of the catalogue
	 *     parameters:
	 *       - {name: id, in: path, required: true, schema: {type: string}, example: default}
	 *     responses:
	 *       200:
	 *         description: The image
	 *         content: {application/json: {schema: {$ref: '#/components/schemas/Image'}}}
	 */
	router.get('/images/:id', authorize('image.read'), ctx => {
		ctx.body = images.get(ctx.params['id']!);
	});

	return router;
};
